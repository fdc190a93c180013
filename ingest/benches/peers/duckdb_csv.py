"""Loads a CSV with typed columns into a table of a new database file: types and nothing else are checked. All threads, as
DuckDB does by itself. `duckdb_csv.py FILE`"""
import os
import sys
import tempfile

import duckdb

TYPES = {
    "发放编号": "VARCHAR", "领取人身份证号": "VARCHAR", "发放渠道": "VARCHAR", "所属月份": "VARCHAR",
    "金额": "DECIMAL(18,2)", "形式": "VARCHAR", "发放日期": "DATE", "状态": "VARCHAR", "收款户名": "VARCHAR",
    "乡镇(街道)代码": "VARCHAR", "村(社区)代码": "VARCHAR",
}
with tempfile.TemporaryDirectory() as folder:
    base = duckdb.connect(os.path.join(folder, "peer.duckdb"))
    base.execute("create table aid as select * from read_csv(?, header = true, columns = ?)", [sys.argv[1], TYPES])
    rows = base.execute("select count(*) from aid").fetchone()[0]
    print(f"{rows} rows, duckdb {duckdb.__version__}")
