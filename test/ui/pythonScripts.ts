/** Scripts that the journeys run, as people write them; each prints `done` at its end. */

/** Logs `loss` every 50 ms. Arguments: the run's name and the number of points. */
export const steady = `
import sys, time, mlflow
name, points = sys.argv[1], int(sys.argv[2])
with mlflow.start_run(run_name=name) as run:
    print("logging", flush=True)
    for step in range(points):
        mlflow.log_metric("loss", 1 / (1 + step / 10), step=step)
        time.sleep(0.05)
print("done", run.info.run_id, flush=True)
`;

/** Two short runs with different parameters. */
export const two = `
import mlflow
mlflow.set_experiment("sweep")
for lr in (0.1, 0.01):
    with mlflow.start_run(run_name=f"lr-{lr}"):
        mlflow.log_params({"lr": lr, "depth": 18, "optimizer": "adam"})
        for step in range(60):
            mlflow.log_metric("val/loss", 2 / (1 + step * lr), step=step)
            mlflow.log_metric("val/acc", 1 - 1 / (1 + step * lr), step=step)
print("done", flush=True)
`;

/** A run whose script is killed in the middle. */
export const abandoned = `
import mlflow, os, signal, time
mlflow.set_experiment("sweep")
mlflow.start_run(run_name="abandoned")
mlflow.log_metric("val/acc", 0.75, step=3)
time.sleep(1)
os.kill(os.getpid(), signal.SIGKILL)
`;

/** A run with a nested one that fails, as a sweep's trial does. */
export const failing = `
import mlflow
mlflow.set_experiment("trials")
with mlflow.start_run(run_name="study"):
    mlflow.log_metric("best", 0.5)
    try:
        with mlflow.start_run(run_name="trial-1", nested=True):
            mlflow.log_metric("loss", 3.0)
            raise ValueError("out of memory")
    except ValueError:
        pass
print("done", flush=True)
`;

/** Three runs of which two are registered as versions of a model; `note` prints a run's note, `wait` keeps a run going. */
export const registering = `
import sys, mlflow
from mlflow import MlflowClient
client = MlflowClient()
mlflow.set_experiment("digits")
if sys.argv[1:] == ["note"]:
    [run] = mlflow.search_runs(filter_string="run_name = 'run-1'", output_format="list")
    print("note: " + run.data.tags["mlflow.note.content"], flush=True)
elif sys.argv[1:] == ["wait"]:
    with mlflow.start_run(run_name="live"):
        mlflow.log_metric("loss", 0.5)
        input("press Enter")
else:
    client.create_registered_model("digits-net")
    for n, (loss, optimizer) in enumerate([(0.5, "adam"), (0.4, "sgd"), (0.2, "sgd")], 1):
        with mlflow.start_run(run_name=f"run-{n}") as run:
            mlflow.log_param("optimizer", optimizer)
            mlflow.log_metric("loss", loss)
            mlflow.log_text("weights", "model/weights.txt")
        if n < 3:
            client.create_model_version("digits-net", run.info.artifact_uri + "/model", run.info.run_id)
print("done", flush=True)
`;
