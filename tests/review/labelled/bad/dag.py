from datetime import datetime

import pandas as pd
from airflow import DAG
from airflow.operators.python import PythonOperator

frame = pd.read_csv("/data/clicks.csv")


def train():
    day = datetime.now().strftime("%Y-%m-%d")
    frame.to_parquet(f"/data/{day}.parquet")


with DAG("train", start_date=datetime(2026, 1, 1), schedule="@daily") as dag:
    PythonOperator(task_id="train", python_callable=train)
