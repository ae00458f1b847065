import argparse
import pathlib

import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    frame = pd.read_csv(args.data)
    x_train, x_test, y_train, y_test = train_test_split(
        frame.drop(columns="label"), frame["label"], random_state=args.seed
    )
    model = RandomForestClassifier(random_state=args.seed).fit(x_train, y_train)
    print("accuracy", model.score(x_test, y_test))
    joblib.dump(model, "model.joblib")


if __name__ == "__main__":
    main()
