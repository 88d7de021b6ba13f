"""Frozen evidence: a report that was handed in stays as it was, with its bytes and with its data.

`Evidence` (`models`) is only ever added: triggers refuse every change. Its workbook lies once per content under
HOME/evidence, its `data` are one canonical JSON text (`data`) with the digest beside it, and both digests stand in the
trail as well. From the newest entry of its moment the same data are made again (`keeping.rebuilt`), and from today's
tables what they would be now (`keeping.of_today`); `comparing` tells cell by cell what differs.
"""
