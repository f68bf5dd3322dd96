"""A small training that logs to Labbook. It takes about half a minute and needs only the mlflow client:

    pip install mlflow-skinny

Nothing is configured here. Run it in a terminal of this window: Labbook has told mlflow where to log.
"""

import math
import random
import time

import mlflow

epochs = 60
learning_rate = random.choice([0.03, 0.1, 0.3])

mlflow.set_experiment("example")
with mlflow.start_run():
    mlflow.log_params({"learning_rate": learning_rate, "epochs": epochs, "optimizer": "sgd"})
    for epoch in range(epochs):
        progress = 1 - math.exp(-learning_rate * epoch)
        mlflow.log_metrics(
            {
                "train/loss": 2.3 * (1 - progress) + 0.05 + random.gauss(0, 0.02),
                "val/loss": 2.3 * (1 - progress) + 0.15 + random.gauss(0, 0.04),
                "val/acc": 0.1 + 0.8 * progress + random.gauss(0, 0.01),
            },
            step=epoch,
        )
        time.sleep(0.5)
    mlflow.log_text(f"learning rate {learning_rate}, {epochs} epochs\n", "summary.txt")
