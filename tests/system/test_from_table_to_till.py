"""The whole job, by the commands and the API alone: paper forms in, vouchers out, tills at work, server killed.

The commands run in this process, but for one; the server has processes of its own.

``--rehearsal 500`` does it with 500 surrenders; the suite's own run is shorter.
"""

import json
import os
import random
import threading
import tomllib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import make_url, text

from buyback.db import Database
from buyback.times import panama_day
from tests.builders import PROGRAMME, event_keys_folder, write_keys
from tests.commands.shell import Shell
from tests.installed import Installation, Server, serving

pytestmark = pytest.mark.server

TODAY_EVENT = "BETANIA-HOY"
TILLS = 8
KILLS = 4
RUC = "15565624-2-2017"


def day(ago: int) -> date:
    """A day of Panama, ``ago`` days before today: the commands live by the real clock."""
    return panama_day(datetime.now(UTC)) - timedelta(days=ago)


@pytest.fixture
def installation(tmp_path: Path, database_url: str) -> Installation:
    """A migrated database, keys of its own, a programme with an open event, three people, a merchant."""
    environ = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "BUYBACK_DATABASE_URL": database_url,
        "BUYBACK_KEYS": str(tmp_path / "keys"),
        "BUYBACK_EVENT_KEYS": str(event_keys_folder(make_url(database_url))),
        "BUYBACK_LOG": "json",
    }
    made = Installation(tmp_path, environ)
    write_keys(tmp_path / "keys")
    made.run("migrate")
    shell, programme = made.shell, tmp_path / "programme.toml"
    programme.write_text(PROGRAMME, encoding="utf-8")
    shell.done("programme", "load", programme)
    code = tomllib.loads(PROGRAMME)["code"]
    event = ["--code", TODAY_EVENT, "--site", "Parque", "--corregimiento", "080806", "--float", "900000.00"]
    shell.done("event", "add", "--programme", code, *event, "--from", f"{day(3)}", "--to", f"{day(0)}")
    shell.done("event", "open", TODAY_EVENT)
    for name, role in (("a.receptor", "appraiser"), ("b.aprobador", "approver"), ("c.emisor", "issuer")):
        shell.done("user", "add", name, "--organisation", "PN", "--role", role)
    merchant = ["--ruc", RUC, "--dv", "63", "--kind", "juridica", "--name", "Súper", "--category", "supermarket"]
    shell.done("merchant", "add", *merchant, "--branch", "Central", "--corregimiento", "080806")
    return made


def write_forms(path: Path, count: int, tags: list[str]) -> Decimal:
    """``count`` paper forms as a file; what they are worth, rounded each to five cents."""
    draw = random.Random(7)  # noqa: S311  the same forms each time
    awarded = Decimal()
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            rounds = draw.randint(1, 60)
            items: list[dict[str, object]] = [{"class": "ammunition", "calibre_group": "handgun", "quantity": rounds}]
            exact = Decimal("0.35") * rounds
            if number % 3 == 0:
                value = draw.randint(150, 400)
                exact += value
                items.append({"class": "pistol", "condition": "serviceable", "value": f"{value}.00", "tag": tags.pop()})
            awarded += exact
            line = {
                "op_id": str(UUID(int=draw.getrandbits(128), version=4)),
                "event": TODAY_EVENT,
                "date": f"{day(number % 4)}",
                "appraised_by": "a.receptor",
                "approved_by": "b.aprobador",
                "issued_by": "c.emisor",
                "pin": None,
                "items": items,
            }
            file.write(json.dumps(line) + "\n")
    return awarded


def printed_tags(installation: Installation, count: int) -> list[str]:
    """A roll of tags, read off its labels."""
    code, pdf = tomllib.loads(PROGRAMME)["code"], installation.home / "tags.pdf"
    installation.shell.done("tags", "print", "--programme", code, "--count", count, "-o", pdf)
    return read_back(pdf)


def read_back(pdf: Path) -> list[str]:
    """The QR texts of a PDF, read from the images of its pages as a camera would."""
    texts = []
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            image = page.render(scale=150 / 72, grayscale=True).to_pil()
            found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
            texts += [code.text for code in found]
    return texts


def test_every_voucher_is_redeemed_once_though_the_server_is_killed_four_times(
    installation: Installation, database: Database, request: pytest.FixtureRequest
) -> None:
    count: int = request.config.getoption("--rehearsal")
    shell, forms, pdf = installation.shell, installation.home / "forms.jsonl", installation.home / "vouchers.pdf"
    awarded = write_forms(forms, count, printed_tags(installation, -(-count // 3)))

    result = shell.json("intake", "import", forms)
    assert result["surrenders"] == count
    assert result["awarded"] == f"{awarded:.2f}"
    again = shell.json("intake", "import", forms)
    assert (again["surrenders"], again["already"]) == (0, count)

    shell.done("vouchers", "print", "--event", TODAY_EVENT, "--format", "a4", "-o", pdf)
    texts = read_back(pdf)
    assert len(set(texts)) == len(texts) == result["vouchers"]

    tokens = [enrol(shell, f"Caja {number}") for number in range(1, TILLS + 1)]
    with serving(installation) as server:
        answers = redeem_twice(server, tokens, texts)

    assert sorted(code for _, code in answers) == ["already_redeemed"] * len(texts) + ["redeemed"] * len(texts)
    total = json.loads(shell.done("totals", "--by", "corregimiento", "--format", "json"))["total"]
    assert total["surrenders"] == count
    assert total["vouchers"] == len(texts)
    assert total["issued"] == total["redeemed"] == f"{awarded:.2f}"
    assert total["outstanding"] == "0.00"
    assert "FAILED" not in shell.done("check")
    shell.done("verify")
    with database.engine.connect() as connection:  # an hour may have begun meanwhile
        assert connection.scalar(text("SELECT count(*) FROM heartbeat")) in {1, 2}


def enrol(shell: Shell, name: str) -> str:
    token: str = shell.json("till", "enrol", "--merchant", RUC, "--branch", "Central", "--name", name)["token"]
    return token


def redeem_twice(server: Server, tokens: list[str], texts: list[str]) -> list[tuple[int, str]]:
    """Every voucher tried twice, by eight tills at once, while the server is killed again and again."""
    tries = [(number, text) for text in texts for number in range(2)]
    random.Random(1).shuffle(tries)  # noqa: S311  the same order each time
    done = threading.Semaphore(0)

    def attempt(work: tuple[int, tuple[int, str]]) -> tuple[int, str]:
        place, (number, text) = work
        op_id = str(UUID(int=(place << 8) | number, version=4))
        status, answer = server.post("/redemptions", tokens[place % TILLS], {"op_id": op_id, "voucher": text})
        done.release()
        return status, str(answer["code"])

    def disturb() -> None:
        for _ in range(KILLS):
            for _ in range(len(tries) // (KILLS + 1)):
                done.acquire()
            server.kill_and_start()

    killer = threading.Thread(target=disturb)
    with ThreadPoolExecutor(TILLS) as pool:
        killer.start()
        answers = list(pool.map(attempt, enumerate(tries)))
    killer.join()
    return answers
