"""What the pictures show: eight finished runs of `cifar100` and three versions of a model. The address comes from the environment."""

import math
import random
import time

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

STEPS = 80_000
EVERY = 200
SECONDS_A_STEP = 0.12

# Name, best accuracy, last training loss, last validation loss, steps of the first rise, augmentation, learning rate, parameters of the network.
RUNS = [
    ("resnet18-basic-s0", 0.768, 0.021, 1.04, 7_000, "basic", 0.1, "11.2M"),
    ("resnet18-basic-s1", 0.763, 0.024, 1.07, 7_600, "basic", 0.1, "11.2M"),
    ("resnet18-basic-s2", 0.772, 0.019, 1.01, 6_600, "basic", 0.1, "11.2M"),
    ("resnet50-basic-s0", 0.789, 0.012, 0.94, 9_000, "basic", 0.1, "23.7M"),
    ("resnet50-mixup-s0", 0.809, 1.12, 0.82, 10_500, "mixup", 0.1, "23.7M"),
    ("resnet50-basic-s1", 0.793, 0.011, 0.92, 8_400, "basic", 0.1, "23.7M"),
    ("wrn-28-cutmix-s0", 0.832, 1.38, 0.71, 9_500, "cutmix", 0.1, "36.5M"),
    ("vit-s16-randaug-s0", 0.671, 0.64, 1.29, 17_000, "randaug", 0.001, "21.7M"),
]


def curves(run, noise):
    """Yields (step, key, value) of a training whose rate falls as a cosine: fast at first, unsteady while the rate is high, a last gain when it falls."""
    _, best, train, val, rise, *_ = run
    for step in range(0, STEPS + 1, EVERY):
        rate = 0.5 * (1 + math.cos(math.pi * step / STEPS))
        early, late = 1 - math.exp(-step / rise), (1 - rate) ** 3
        gain = 0.84 * early + 0.16 * late
        unsteady = 0.1 + rate * early
        yield step, "val/acc", max(0.008, best * gain + noise.gauss(0, 0.009) * unsteady)
        yield step, "val/loss", 4.6 - (4.6 - val) * (0.88 * early + 0.12 * late) + noise.gauss(0, 0.06) * unsteady
        yield step, "train/loss", 4.6 - (4.6 - train) * (0.84 * early + 0.15 * late) + noise.gauss(0, 0.04) * unsteady
        yield step, "train/grad_norm", (0.6 + 2.2 * math.exp(-step / rise) + 0.5 * late) * math.exp(noise.gauss(0, 0.12))


def log(client, experiment, run, begin):
    """Logs a run that began at `begin`, Unix milliseconds. Returns it."""
    name, _, _, _, _, augment, rate, size = run
    record = client.create_run(experiment, start_time=begin, run_name=name)
    noise = random.Random(name)
    metrics = [
        Metric(key, value, begin + int(step * SECONDS_A_STEP * 1000), step) for step, key, value in curves(run, noise)
    ]
    network, _, seed = name.rpartition("-s")
    params = {"augment": augment, "lr": rate, "network": network.rpartition("-")[0], "seed": seed, "weights": size, "batch_size": 128}
    client.log_batch(record.info.run_id, params=[Param(key, str(value)) for key, value in params.items()])
    client.log_batch(record.info.run_id, tags=[RunTag("team", "vision")])
    for at in range(0, len(metrics), 1000):
        client.log_batch(record.info.run_id, metrics=metrics[at : at + 1000])
    client.log_text(record.info.run_id, "weights\n", "model/weights.txt")
    client.set_terminated(record.info.run_id, end_time=begin + int(STEPS * SECONDS_A_STEP * 1000))
    return record


def main():
    client = MlflowClient()
    experiment = client.create_experiment("cifar100")
    now = int(time.time() * 1000)
    apart = 3 * 3_600_000
    records = {run[0]: log(client, experiment, run, now - (len(RUNS) - at) * apart) for at, run in enumerate(RUNS)}
    client.create_registered_model("cifar100-classifier")
    for name, alias in [("resnet18-basic-s0", "old"), ("resnet50-basic-s0", None), ("wrn-28-cutmix-s0", "champion")]:
        run = records[name].info.run_id
        model = client.create_logged_model(experiment, name="classifier", source_run_id=run)
        client.finalize_logged_model(model.model_id, "READY")
        version = client.create_model_version("cifar100-classifier", model.model_uri, run, model_id=model.model_id)
        if alias is not None:
            client.set_registered_model_alias("cifar100-classifier", alias, version.version)
    print("done", flush=True)


main()
