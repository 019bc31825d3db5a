"""The pure parts of ts/calls, run by Node as browsers get them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bedside.calls.live import apply

ROOT = Path(__file__).parents[2]
CALLS = ROOT / "src/bedside/web/assets/ts/calls"

Sample = dict[str, float | None]
GOOD: Sample = {"roundTripMs": 40, "lost": 0.0, "availableKbps": 2_000}
WEAK: Sample = {"roundTripMs": 40, "lost": 0.1, "availableKbps": 2_000}
NARROW: Sample = {"roundTripMs": 40, "lost": 0.0, "availableKbps": 200}
DEAD: Sample = {"roundTripMs": 2_000, "lost": 0.4, "availableKbps": 30}

_RUNNER = """
import * as module from "./module.mjs";
import { readFileSync } from "node:fs";
const { call, given } = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(await eval(call)(module, given)));
"""

Run = Callable[[str, Any], Any]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Run]:
    """Gives for a module of ts/calls a way to run a piece of JavaScript with it."""

    def of(name: str) -> Run:
        folder = tmp_path_factory.mktemp(name)
        subprocess.run(
            [
                ROOT / "node_modules/.bin/esbuild",
                CALLS / f"{name}.ts",
                "--bundle",
                "--format=esm",
                f"--outfile={folder / 'module.mjs'}",
            ],
            check=True,
            capture_output=True,
        )
        (folder / "run.mjs").write_text(_RUNNER)

        def call(script: str, given: Any) -> Any:
            done = subprocess.run(
                ["node", folder / "run.mjs"],
                input=json.dumps({"call": script, "given": given}),
                capture_output=True,
                text=True,
                check=True,
            )
            return json.loads(done.stdout)

        return call

    return of


@pytest.fixture(scope="module")
def levels(run: Callable[[str], Run]) -> Callable[[list[Sample]], list[str]]:
    """The level after each sample, from the beginning of a call."""
    quality = run("quality")
    script = """(quality, samples) => {
      let now = quality.BEST;
      return samples.map((sample) => (now = quality.after(now, sample)).level);
    }"""
    return lambda samples: quality(script, samples)


Levels = Callable[[list[Sample]], list[str]]


@pytest.mark.feature("V7")
def test_a_weak_connection_gets_a_smaller_picture_after_two_samples(levels: Levels) -> None:
    assert levels([GOOD, WEAK, GOOD, WEAK]) == ["full"] * 4  # once is chance
    assert levels([GOOD, WEAK, WEAK]) == ["full", "full", "smaller"]
    assert levels([NARROW, NARROW]) == ["full", "smaller"]
    # what is weak for the whole picture is enough for the smaller one
    assert set(levels([WEAK] * 30)[2:]) == {"smaller"}


@pytest.mark.feature("V7")
def test_a_connection_that_carries_nothing_gets_sound_only(levels: Levels) -> None:
    assert levels([DEAD] * 4) == ["full", "smaller", "smaller", "sound"]
    assert set(levels([DEAD] * 50)[4:]) == {"sound"}


@pytest.mark.feature("V7")
def test_it_goes_up_again_slowly(levels: Levels) -> None:
    after = levels([DEAD] * 4 + [GOOD] * 10)[4:]
    assert after == ["sound"] * 4 + ["smaller"] * 5 + ["full"]


def test_a_try_that_was_too_early_makes_it_wait_longer(levels: Levels) -> None:
    samples: list[Sample] = [WEAK, WEAK]
    for _ in range(3):  # it becomes good for just as long as it takes to go up
        while levels(samples)[-1] == "smaller":
            samples.append(GOOD)
        samples += [WEAK, WEAK]
    steps = levels(samples)
    waits: list[int] = []
    for before, now in zip(["full", *steps], steps, strict=False):
        if now == "smaller":
            waits = [*waits, 1] if before == "full" else [*waits[:-1], waits[-1] + 1]
    assert waits == [5, 10, 15, 1]


@pytest.mark.feature("V7")
def test_a_step_up_that_has_held_ends_the_long_waits(levels: Levels) -> None:
    early = [WEAK, WEAK, *[GOOD] * 5, WEAK, WEAK]  # up once, and down again: ten samples next time
    held = levels([*early, *[GOOD] * 20, WEAK, WEAK, *[GOOD] * 5])
    assert held[: len(early)][-1] == "smaller"
    assert held[len(early) :] == ["smaller"] * 9 + ["full"] * 12 + ["smaller"] * 5 + ["full"]


@pytest.mark.feature("V7")
def test_what_can_be_sent_is_judged_when_a_step_up_had_time_to_find_out(levels: Levels) -> None:
    up = [WEAK, WEAK, *[GOOD] * 5]
    assert levels([*up, *[NARROW] * 3])[-1] == "full"
    assert levels([*up, *[NARROW] * 5])[-1] == "smaller"
    assert levels([*up, WEAK, WEAK])[-1] == "smaller"  # what is lost counts at once


@pytest.mark.feature("V7")
def test_a_narrow_connection_stays_with_the_smaller_picture(levels: Levels) -> None:
    assert levels([NARROW] * 60) == ["full"] + ["smaller"] * 59
    assert levels([*[NARROW] * 60, *[GOOD] * 5])[-1] == "full"


@pytest.mark.feature("V7")
def test_what_is_said_of_several_connections_is_the_worst(run: Callable[[str], Run]) -> None:
    said = [[], ["full", "paused"], ["paused", "smaller", "full"], ["smaller", "sound"]]
    found = run("quality")("(quality, said) => said.map(quality.worstOf)", said)
    assert found == ["full", "paused", "smaller", "sound"]


def test_what_is_not_known_yet_counts_as_enough(levels: Levels) -> None:
    assert set(levels([{**GOOD, "availableKbps": None}] * 5)) == {"full"}


def test_senders_are_told_less_for_less(run: Callable[[str], Run]) -> None:
    script = """(quality, others) =>
      ["full", "smaller", "sound"].map((level) => quality.encodingOf(level, others))"""
    alone, group = run("quality")(script, 1), run("quality")(script, 3)
    assert [one["active"] for one in alone] == [True, True, False]
    assert alone[0]["maxBitrate"] > group[0]["maxBitrate"] > alone[1]["maxBitrate"]
    assert alone[1]["scaleResolutionDownBy"] > alone[0]["scaleResolutionDownBy"] == 1


# --- what is measured -----------------------------------------------------------------------------

Report = list[dict[str, Any]]


@pytest.fixture(scope="module")
def measured(run: Callable[[str], Run]) -> Callable[[list[Report]], list[dict[str, Any]]]:
    """The samples that a meter takes of what a browser reports, one report after the other."""
    stats = run("stats")
    script = """(stats, reports) => {
      const connection = {
        getStats: async () => new Map(reports.shift().map((entry, id) => [id, entry])),
      };
      const meter = new stats.Meter(connection);
      return (async () => {
        const samples = [];
        while (reports.length > 0) samples.push(await meter.sample());
        return samples;
      })();
    }"""
    return lambda reports: stats(script, reports)


Measured = Callable[[list[Report]], list[dict[str, Any]]]


def report(
    now: int, *, told: int, took: float = 0.02, lost: float = 0.0, sent: int = 0, came: int = 0
) -> Report:
    """What a browser says `now`, when the other side has `told` something last (both in ms)."""
    there = {"fractionLost": lost, "roundTripTime": took}
    return [
        {"type": "transport", "timestamp": now},
        {"type": "outbound-rtp", "timestamp": now, "framesEncoded": sent},
        {"type": "remote-inbound-rtp", "timestamp": told, **there},
        {"type": "inbound-rtp", "timestamp": now, "mid": "1", "framesReceived": came},
        {"type": "inbound-rtp", "timestamp": now, "mid": "2", "framesReceived": now},
    ]


def checked(now: int, answers: int, took: float) -> Report:
    """Checks of the connection: so many answers until now, and the seconds that they took."""
    counted = {"responsesReceived": answers, "totalRoundTripTime": took}
    return [{"type": "candidate-pair", "timestamp": now, "nominated": True, **counted}]


@pytest.mark.feature("V7")
def test_what_the_other_side_told_long_ago_counts_no_more(measured: Measured) -> None:
    bad = {"told": 1_000, "took": 13.0, "lost": 0.4}
    fresh, old = measured([report(2_000, **bad), report(9_000, **bad)])
    assert (fresh["roundTripMs"], fresh["lost"]) == (13_000, 0.4)
    assert (old["roundTripMs"], old["lost"]) == (0, 0)


@pytest.mark.feature("V7")
def test_a_slow_check_counts_when_it_is_answered_and_not_later(measured: Measured) -> None:
    samples = measured([checked(2_000, 4, 0.04), checked(4_000, 6, 6.04), checked(6_000, 6, 6.04)])
    assert [round(one["roundTripMs"]) for one in samples] == [10, 3_000, 0]


@pytest.mark.feature("V7")
def test_pictures_of_which_nobody_tells_anything_are_held_up(measured: Measured) -> None:
    reports = [report(now, told=1_000, sent=now) for now in (2_000, 4_000, 6_000)]
    assert [one["roundTripMs"] for one in measured(reports)] == [20, 20, 5_000]
    silent = [report(now, told=1_000, sent=50) for now in (2_000, 4_000, 6_000)]
    assert [one["roundTripMs"] for one in measured(silent)] == [20, 20, 0]


@pytest.mark.feature("V7")
def test_a_shared_screen_is_no_picture_of_the_camera(measured: Measured) -> None:
    reports = [report(now, told=now, came=came) for now, came in ((2_000, 9), (4_000, 9))]
    assert [one["hasPictures"] for one in measured(reports)] == [True, False]


# --- who is in the call ---------------------------------------------------------------------------

_ids = st.sampled_from(["prt_a", "prt_b", "prt_c"])
_participants = st.fixed_dictionaries(
    {
        "call_id": st.just("cal_a"),
        "participant_id": _ids,
        "kind": st.sampled_from(["staff", "patient", "guest"]),
        "state": st.sampled_from(["knocking", "asked", "joined", "left"]),
        "connection_id": st.sampled_from(["", "con_a", "con_b"]),
        "muted": st.booleans(),
        "camera": st.booleans(),
        "sharing": st.booleans(),
    }
)
_calls = st.fixed_dictionaries(
    {
        "call_id": st.just("cal_a"),
        "state": st.sampled_from(["active", "ended"]),
        "mode": st.sampled_from(["voice", "video"]),
        "topology": st.sampled_from(["direct", "media_server"]),
    }
)
_events = st.one_of(
    st.tuples(st.just("call.participant_changed"), _participants),
    st.tuples(st.just("call.changed"), _calls),
    st.tuples(st.just("call.media_interrupted"), st.just({"call_id": "cal_a", "over": True})),
)


@pytest.mark.feature("V6")
def test_page_and_server_agree_on_who_is_in_the_call(run: Callable[[str], Run]) -> None:
    runs: list[dict[str, Any]] = []
    wanted: list[Any] = []

    @settings(max_examples=150, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(_events, max_size=10))
    def collect(events: list[tuple[str, dict[str, Any]]]) -> None:
        start: dict[str, Any] = {
            "call_id": "cal_a",
            "state": "active",
            "mode": "video",
            "topology": "direct",
            "participants": {},
            "apps": {},
        }
        now = start
        for kind, data in events:
            now = apply(now, kind, data)
        runs.append({"start": start, "events": events})
        wanted.append(now)

    collect()
    script = """(state, runs) => runs.map(({ start, events }) =>
      events.reduce((now, [type, data]) => state.applyEvent(now, type, data), start))"""
    assert run("state")(script, runs) == wanted
    assert len(runs) >= 100


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agent", "browser"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "ios"),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/120.0.0.0 Mobile Safari/537.36", "android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "firefox"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X) Version/17.0 Safari/605.1.15", "safari"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0 Safari/537.36", "desktop"),
    ],
)
def test_the_way_to_permissions_is_that_of_the_browser(
    run: Callable[[str], Run], agent: str, browser: str
) -> None:
    assert run("device_failures")("(it, agent) => it.browserOf(agent)", agent) == browser


def test_initials_are_those_of_the_name_without_its_title(run: Callable[[str], Run]) -> None:
    names = ["Dr Amara Okafor", "Noor", "María José de la Cruz", "Nurse", ""]
    found = run("tiles")("(it, names) => names.map(it.initialsOf)", names)
    assert found == ["AO", "N", "MC", "", ""]
