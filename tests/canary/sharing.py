"""Markers in what patients share, ask and report."""

import httpx

from bedside.charts.reports import ReportState, What
from bedside.sharing.shares import Wanted
from tests.canary.filling import Markers
from tests.house import House
from tests.peers.shl_client import receive, request_manifest
from tests.sharing.people import given, signed_in


async def share(house: House, mark: Markers, http: httpx.AsyncClient) -> None:
    """Share a file and open the link, ask about an access, and report a file; with the answers."""
    patient, chart, links = signed_in(house), await house.chart(), house.sharing.links
    letter = await given(house, f"{mark('name of shared file')}.pdf")
    passcode = mark("passcode of share")
    wanted = Wanted(links.new_draft(), mark("label of share"), (letter,), passcode, 7)
    share_id = await links.create(patient, wanted)
    link = (await links.one(patient, share_id)).link
    await request_manifest(http, link, mark("wrong reader"), passcode=mark("wrong passcode"))
    await receive(http, link, mark("reader of share"), passcode=passcode)
    seq = (await house.sharing.accesses.page(patient)).accesses[-1].seq
    question = await house.sharing.questions.ask(patient, seq, mark("question about access"))
    await house.sharing.questions.answer(chart, question, mark("answer about access"))
    report = await house.charts.reports.by_patient(
        patient, letter, What.NOT_MINE, mark("report of file")
    )
    await house.charts.reports.answer(chart, report, ReportState.KEPT, mark("answer to report"))
