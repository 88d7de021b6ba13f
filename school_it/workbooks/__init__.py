"""Workbooks that somebody else has made: read as parts, changed in place, everything else kept byte for byte.

Interface
    ``filling.fill(source, target, cells=…, tables=…)`` puts figures and rows into a prepared workbook
    ``looking.sheets(…)``, ``looking.window(…)`` show what stands in it
    `tags`, `places`, `rows`, `references` are what both doors share: XML as bytes, cells, rows, formulas
"""
