"""Makes an mlflow.db of runs with long metric histories, through MLflow's own table definitions. Arguments: file, runs, metrics, points."""

import hashlib
import math
import random
import sqlite3
import sys

from mlflow.store.tracking.dbmodels.models import SqlLatestMetric, SqlRun
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from sqlalchemy import insert

file, runs, metrics, points = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
store = SqlAlchemyStore(f"sqlite:///{file}", "mlflow-artifacts:/")
START = 1_700_000_000_000
ids = [hashlib.md5(f"run {i}".encode()).hexdigest() for i in range(runs)]
with store.ManagedSessionMaker(read_only=False) as session:
    session.execute(insert(SqlRun.__table__), [
        {"run_uuid": id, "name": f"run-{i}", "source_type": "UNKNOWN", "source_name": "", "entry_point_name": "", "user_id": "ann",
         "status": "FINISHED", "start_time": START + i * 1000, "end_time": START + i * 1000 + 500, "source_version": "",
         "lifecycle_stage": "active", "artifact_uri": f"mlflow-artifacts:/0/{id}/artifacts", "experiment_id": 0}
        for i, id in enumerate(ids)])
    session.execute(insert(SqlLatestMetric.__table__), [
        {"key": f"metric{j}", "value": 0.5, "timestamp": START + points, "step": points - 1, "is_nan": False, "run_uuid": id}
        for id in ids for j in range(metrics)])
db = sqlite3.connect(file)
db.execute("PRAGMA synchronous = OFF")
random.seed(7)
for i, id in enumerate(ids):
    for j in range(metrics):
        db.executemany(
            "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, 0)",
            ((f"metric{j}", 3 * math.exp(-s / (points / 5)) + i * 0.02 + 0.3 * random.random(), START + s, id, s) for s in range(points)))
    db.commit()
