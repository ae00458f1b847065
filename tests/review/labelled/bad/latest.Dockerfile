FROM ubuntu:latest
RUN apt-get update
RUN apt-get install -y --no-install-recommends python3-pip curl build-essential && rm -rf /var/lib/apt/lists/*
RUN curl -sSL https://install.example.com/get.sh | bash
ADD app.py /app/app.py
ADD https://models.example.com/model.onnx /app/model.onnx
CMD ["python3", "/app/app.py"]
