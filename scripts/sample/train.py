"""A small training that takes about a minute. It needs only the mlflow client, and nothing is configured here:
in VS Code's terminal, Labbook has already told mlflow where to log.

    python train.py
    python train.py --lr 0.01 --name slow-and-steady
"""

import argparse
import math
import random
import struct
import time
import zlib

import mlflow


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", default=None, help="name of the run")
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--optimizer", default="adam")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds that an epoch takes")
    return parser.parse_args()


def png(width, height, pixel):
    """The bytes of a PNG whose colours are pixel(x, y) -> (red, green, blue)."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(value for x in range(width) for value in pixel(x, y)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def confusion_matrix(accuracy, classes=6, cell=40):
    """A picture of how often each class was taken for each other one: the better, the brighter the diagonal."""

    def pixel(x, y):
        row, column = y // cell, x // cell
        share = accuracy if row == column else (1 - accuracy) * abs(math.sin(row * 7 + column * 3))
        return (int(40 + 200 * share), int(60 + 150 * share), int(140 + 60 * (1 - share)))

    return png(classes * cell, classes * cell, pixel)


def main():
    args = parse()
    noise = random.Random(args.seed)
    speed = 40 * args.lr / (1 + 20 * args.lr)
    mlflow.set_experiment("digits")
    with mlflow.start_run(run_name=args.name) as run:
        print(f"run {run.info.run_name}", flush=True)
        mlflow.log_params({key: value for key, value in vars(args).items() if key not in ("name", "pause")})
        mlflow.set_tag("model", "small-cnn")
        accuracy = 0.1
        for epoch in range(args.epochs):
            progress = 1 - math.exp(-speed * 4 * epoch / args.epochs)
            train_loss = 2.3 * (1 - progress) + 0.08 + 0.04 * noise.random()
            val_loss = 2.3 * (1 - 0.94 * progress) + 0.12 + 0.08 * noise.random()
            accuracy = 0.1 + 0.86 * progress + 0.02 * noise.random()
            mlflow.log_metrics(
                {"train/loss": train_loss, "val/loss": val_loss, "val/acc": accuracy},
                step=epoch,
            )
            print(f"epoch {epoch:3}  train/loss {train_loss:.4f}  val/loss {val_loss:.4f}  val/acc {accuracy:.4f}", flush=True)
            time.sleep(args.pause)
        mlflow.log_text(f"Validation accuracy {accuracy:.4f} after {args.epochs} epochs.\n", "report.txt")
        with open("confusion.png", "wb") as file:
            file.write(confusion_matrix(min(accuracy, 1.0)))
        mlflow.log_artifact("confusion.png", "plots")


if __name__ == "__main__":
    main()
