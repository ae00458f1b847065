import requests


def fetch(url):
    while True:
        try:
            return requests.get(url, timeout=5).json()
        except requests.RequestException:
            continue


def score(values):
    score = score(values)
    return score


def first_line(path):
    source = open(path)
    return source.readline()
