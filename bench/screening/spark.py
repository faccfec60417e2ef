"""The SQL of `banso screen --sql spark` on Spark in local mode, against the counts of `banso screen`.

    banso screen --synthetic 100000 --to OUT
    banso screen --synthetic 100000 --write OUT/firms.csv
    banso screen --sql spark > OUT/rules.sql
    python bench/screening/spark.py OUT

Fails when a clause has another count of yes, no or unknown.
"""

import csv
import sys
import time
from pathlib import Path

from pyspark.sql import SparkSession


def columns(statement):
    """Names and types of the table of firms, as the statement that makes it says."""
    inside = statement[statement.index("(") + 1: statement.rindex(")")]
    parts = [p.strip() for p in inside.split(", `")]
    return [(p.strip("`").split("` ")[0], p.split("` ")[1]) for p in parts]


def cell(name, kind):
    quoted = f"`{name}`"
    if kind == "BOOLEAN":
        return f"CASE {quoted} WHEN 'はい' THEN TRUE WHEN 'いいえ' THEN FALSE END AS {quoted}"
    return f"CAST(NULLIF({quoted}, '') AS {kind}) AS {quoted}"


def main(folder):
    folder = Path(folder)
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    text = (folder / "rules.sql").read_text(encoding="utf-8")
    create, *statements = [s for s in text.split(";\n") if s.strip()]
    raw = spark.read.option("header", True).option("encoding", "UTF-8").csv(str(folder / "firms.csv"))
    kinds = [(name, kind) for name, kind in columns(create) if name != "id"]
    firms = raw.selectExpr("monotonically_increasing_id() AS id", *[cell(n, k) for n, k in kinds if n in raw.columns])
    firms.cache().createOrReplaceTempView("firms")
    firms.count()
    with open(folder / "集計_条項.csv", encoding="utf-8-sig") as file:
        wanted = {}
        for row in csv.DictReader(file):
            wanted.setdefault(row["公募"], []).append((row["条項"], int(row["適"]), int(row["不適"]), int(row["不明"])))
    wrong = 0
    for statement in statements:
        lines = statement.strip().splitlines()
        call = lines[0].removeprefix("-- ")
        names = [line.split(": ", 1)[1] for line in lines if line.startswith("-- c") and ": " in line]
        sql = "\n".join(line for line in lines if not line.startswith("--"))
        sums = ", ".join(
            f"SUM(CASE WHEN c{i} THEN 1 ELSE 0 END), SUM(CASE WHEN NOT c{i} THEN 1 ELSE 0 END), "
            f"SUM(CASE WHEN c{i} IS NULL THEN 1 ELSE 0 END)" for i in range(len(names)))
        began = time.time()
        found = spark.sql(f"SELECT {sums} FROM ({sql})").collect()[0]
        said = [(name, *found[3 * i: 3 * i + 3]) for i, name in enumerate(names)]
        left = list(wanted.get(call, []))
        for row in said:
            if row in left:
                left.remove(row)
            else:
                wrong += 1
                print(f"  {call} {row} differs")
        print(f"{call}: {len(said)} clauses in {time.time() - began:.1f} s, {len(left)} left to the row evaluator")
    spark.stop()
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(sys.argv[1])
