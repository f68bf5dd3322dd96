"""Makes an mlflow.db with many runs, through MLflow's own table definitions. Arguments: file, runs, points of one long history.

What the runs have is said once more in `filling.mjs`, for Labbook.
"""

import hashlib
import sys

from mlflow.store.tracking.dbmodels.models import SqlLatestMetric, SqlMetric, SqlParam, SqlRun, SqlTag
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from sqlalchemy import insert

file, runs, points = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
store = SqlAlchemyStore(f"sqlite:///{file}", "mlflow-artifacts:/")
START = 1_700_000_000_000


def run_id(i):
    return hashlib.md5(f"run {i}".encode()).hexdigest()


def add(session, table, rows):
    for at in range(0, len(rows), 5000):
        session.execute(insert(table.__table__), rows[at : at + 5000])


with store.ManagedSessionMaker(read_only=False) as session:
    for first in range(0, runs, 1000):
        numbers = range(first, min(first + 1000, runs))
        add(
            session,
            SqlRun,
            [
                {
                    "run_uuid": run_id(i),
                    "name": f"run-{i}",
                    "source_type": "UNKNOWN",
                    "source_name": "",
                    "entry_point_name": "",
                    "user_id": "ann",
                    "status": "FINISHED",
                    "start_time": START + i * 1000,
                    "end_time": START + i * 1000 + 500,
                    "source_version": "",
                    "lifecycle_stage": "active",
                    "artifact_uri": f"mlflow-artifacts:/0/{run_id(i)}/artifacts",
                    "experiment_id": 0,
                }
                for i in numbers
            ],
        )
        add(
            session,
            SqlParam,
            [
                {"key": f"p{j}", "value": f"v{(i * 7 + j) % 50}", "run_uuid": run_id(i)}
                for i in numbers
                for j in range(20)
            ],
        )
        metrics = [
            {
                "key": f"m{j}",
                "value": (i * 31 + j * 17) % 1000 / 1000,
                "timestamp": START + i * 1000,
                "step": 0,
                "is_nan": False,
                "run_uuid": run_id(i),
            }
            for i in numbers
            for j in range(20)
        ]
        add(session, SqlMetric, metrics)
        add(session, SqlLatestMetric, metrics)
        tags = {"mlflow.user": "ann", "mlflow.source.name": "train.py", "mlflow.source.type": "LOCAL"}
        add(
            session,
            SqlTag,
            [
                {"key": key, "value": value, "run_uuid": run_id(i)}
                for i in numbers
                for key, value in {**tags, "mlflow.runName": f"run-{i}", "team": "abcd"[i % 4]}.items()
            ],
        )
    long = [
        {
            "key": "long",
            "value": i % 997 / 997,
            "timestamp": START + i,
            "step": i,
            "is_nan": False,
            "run_uuid": run_id(0),
        }
        for i in range(points)
    ]
    add(session, SqlMetric, long)
    add(session, SqlLatestMetric, long[-1:])
