from datetime import datetime, timedelta

from airflow.decorators import dag, task


@task(retries=3, execution_timeout=timedelta(hours=1))
def train(ds=None):
    import pandas as pd

    pd.read_csv(f"/data/{ds}.csv").to_parquet(f"/data/{ds}.parquet")


@dag(start_date=datetime(2026, 1, 1), schedule="@daily", catchup=False)
def training():
    train()


training()
