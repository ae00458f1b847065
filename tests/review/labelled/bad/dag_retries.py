import pickle
from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.python import PythonOperator


def load_users():
    with open("/data/users.pkl", "rb") as f:
        return pickle.load(f)


USERS = load_users()


def score():
    return len(USERS)


with DAG(
    "nightly",
    start_date=datetime(2025, 1, 1),
    schedule="@daily",
    catchup=False,
    default_args={"retries": 0, "execution_timeout": timedelta(hours=1)},
) as dag:
    PythonOperator(task_id="score", python_callable=score)
