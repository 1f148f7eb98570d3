"""A programme file is taken whole or refused with every problem at its key path."""

from datetime import date

import pytest

from buyback.campaigns.rules import MerchantCategory
from buyback.campaigns.states import PaymentMode, PinRule
from buyback.errors import InvalidInput
from buyback.paths import PACKAGE
from buyback.tariff.catalogue import CalibreGroup, ClassCode, Condition
from buyback.tariff.programme_section import content_hash, parse
from buyback.tariff.rules import Price, PriceKind

HEAD = """
code = "PMB-2026"
name = "Pacificando mi Barrio 2026"
number = 7
from = 2026-01-01
until = 2027-01-01
denominations = ["50.00", "20.00", "10.00", "5.00"]
rounding = "0.05"
voucher_days = 90
approval_over = "300.00"
pin = "optional"
categories = ["shop", "pharmacy"]
payment = "each"
appropriation = "500000.00"
"""
FUNDERS = """
[[funder]]
organisation = "MINSEG"
weight = 80
[[funder]]
organisation = "@municipality"
weight = 20
"""
TARIFF = """
[[tariff]]
class = "pistol"
condition = "serviceable"
low = "150.00"
high = "400.00"
[[tariff]]
class = "ammunition"
calibre_group = "handgun"
unit = "0.35"
[[tariff]]
class = "printed"
fixed = "0.00"
cap_per_visit = 2
"""


def problems(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        parse(text.encode())
    return [(problem.field, problem.refusal.code) for problem in caught.value.problems]


def programme(head: str = HEAD, funders: str = FUNDERS, tariff: str = TARIFF) -> str:
    return head + funders + tariff


def test_a_programme_is_read() -> None:
    rules = parse(programme().encode()).rules
    assert (rules.code, rules.number, rules.voucher_days) == ("PMB-2026", 7, 90)
    assert (rules.valid_from, rules.valid_until) == (date(2026, 1, 1), date(2027, 1, 1))
    assert rules.denominations == (5000, 2000, 1000, 500)
    assert (rules.rounding, rules.approval_over, rules.appropriation) == (5, 30000, 500_000_00)
    assert (rules.pin, rules.payment) == (PinRule.OPTIONAL, PaymentMode.EACH)
    assert rules.categories == (MerchantCategory.SHOP, MerchantCategory.PHARMACY)
    assert [(funder.organisation, funder.weight) for funder in rules.funders] == [
        ("MINSEG", 80),
        ("@municipality", 20),
    ]


def test_its_tariff_is_read() -> None:
    pistol, rounds, printed = parse(programme().encode()).lines
    assert (pistol.class_code, pistol.condition) == (ClassCode.PISTOL, Condition.SERVICEABLE)
    assert pistol.price == Price(kind=PriceKind.RANGE, low=15000, high=40000)
    assert rounds.calibre_group is CalibreGroup.HANDGUN
    assert rounds.price == Price(kind=PriceKind.UNIT, low=35, high=35)
    assert (printed.price, printed.cap_per_visit) == (Price(kind=PriceKind.FIXED, low=0, high=0), 2)


def test_an_appropriation_may_be_left_out() -> None:
    head = HEAD.replace('appropriation = "500000.00"\n', "")
    assert parse(programme(head).encode()).rules.appropriation is None


def test_the_shipped_example_is_valid_prices_every_class_and_says_what_it_is() -> None:
    content = (PACKAGE / "demo" / "programme-example.toml").read_bytes()
    example = parse(content)
    assert {line.class_code for line in example.lines} == set(ClassCode)
    assert "EJEMPLO" in example.rules.name
    assert content.startswith(b"# EJEMPLO")


@pytest.mark.parametrize(
    "key",
    [line.split(" = ")[0] for line in HEAD.strip().splitlines() if not line.startswith("appropriation")],
)
def test_each_key_is_needed(key: str) -> None:
    head = "\n".join(line for line in HEAD.splitlines() if not line.startswith(f"{key} ="))
    assert problems(programme(head)) == [(key, "missing")]


def test_funders_and_tariff_are_needed() -> None:
    assert problems(HEAD) == [("funder", "missing"), ("tariff", "missing")]


@pytest.mark.parametrize(
    "right, wrong, problem",
    [
        ('code = "PMB-2026"', 'code = "PMB 2026"', ("code", "code_malformed")),
        ('code = "PMB-2026"', f'code = "{"P" * 33}"', ("code", "too_long")),
        ('code = "PMB-2026"', "code = 2026", ("code", "not_text")),
        ('name = "Pacificando mi Barrio 2026"', 'name = " "', ("name", "not_plain_text")),
        ('name = "Pacificando mi Barrio 2026"', 'name = "a\\nb"', ("name", "not_plain_text")),
        ("number = 7", "number = -1", ("number", "not_whole")),
        ("number = 7", "number = 65536", ("number", "not_whole")),
        ("number = 7", "number = true", ("number", "not_whole")),
        ("number = 7", "number = 7.0", ("number", "not_whole")),
        ("from = 2026-01-01", 'from = "2026-01-01"', ("from", "not_a_day")),
        ("from = 2026-01-01", "from = 2026-01-01T00:00:00", ("from", "not_a_day")),
        ("from = 2026-01-01", "from = 1926-01-01", ("from", "day_out_of_bounds")),
        ("until = 2027-01-01", "until = 2026-01-01", ("until", "period_empty")),
        ("until = 2027-01-01", "until = 3027-01-01", ("until", "day_out_of_bounds")),
        ('"10.00", "5.00"', '"5.00", "10.00"', ("denominations", "denominations_unordered")),
        ('"10.00", "5.00"', '"10.00", "10.00"', ("denominations", "denominations_unordered")),
        ('"10.00", "5.00"', '"10.00", "0.00"', ("denominations[3]", "amount_out_of_bounds")),
        ('"50.00", "20.00"', '"42949672.96", "20.00"', ("denominations[0]", "amount_out_of_bounds")),
        ('"10.00", "5.00"', '"10.00", "5"', ("denominations[3]", "not_an_amount")),
        ('"10.00", "5.00"', '"10.00", 5', ("denominations[3]", "not_an_amount")),
        (
            'denominations = ["50.00", "20.00", "10.00", "5.00"]',
            "denominations = []",
            ("denominations", "not_a_list"),
        ),
        ('rounding = "0.05"', 'rounding = "0.00"', ("rounding", "amount_out_of_bounds")),
        ('rounding = "0.05"', 'rounding = "0.03"', ("rounding", "rounding_does_not_divide")),
        ('rounding = "0.05"', "rounding = 0.05", ("rounding", "not_an_amount")),
        ('rounding = "0.05"', 'rounding = "0.050"', ("rounding", "not_an_amount")),
        ("voucher_days = 90", "voucher_days = 0", ("voucher_days", "not_whole")),
        ("voucher_days = 90", "voucher_days = 3651", ("voucher_days", "not_whole")),
        ('approval_over = "300.00"', 'approval_over = "-1.00"', ("approval_over", "not_an_amount")),
        ('pin = "optional"', 'pin = "always"', ("pin", "pin_not_asked")),
        ('pin = "optional"', 'pin = "sometimes"', ("pin", "not_one_of")),
        ('"shop", "pharmacy"', '"shop", "shop"', ("categories", "category_twice")),
        ('"shop", "pharmacy"', '"shop", "casino"', ("categories[1]", "not_one_of")),
        ('payment = "each"', 'payment = "all"', ("payment", "not_one_of")),
        ('"500000.00"', '"0.00"', ("appropriation", "amount_out_of_bounds")),
        ("number = 7", "number = 7\nnumer = 7", ("numer", "unknown_key")),
        ("weight = 80", "weight = 0", ("funder[0].weight", "not_whole")),
        ("weight = 20", 'weight = "20"', ("funder[1].weight", "not_whole")),
        ("weight = 20", "weight = 20\nshare = 1", ("funder[1].share", "unknown_key")),
        ('"@municipality"', '"MINSEG"', ("funder[1].organisation", "funder_twice")),
        ('"@municipality"', '"@mayor"', ("funder[1].organisation", "placeholder_unknown")),
        ('class = "pistol"', 'class = "cannon"', ("tariff[0].class", "not_one_of")),
        ('condition = "serviceable"', 'condition = "new"', ("tariff[0].condition", "not_one_of")),
        ('"handgun"', '"9mm"', ("tariff[1].calibre_group", "not_one_of")),
        (
            'condition = "serviceable"',
            'calibre_group = "handgun"',
            ("tariff[0].calibre_group", "calibre_group_only_for_ammunition"),
        ),
        ('low = "150.00"', 'low = "400.01"', ("tariff[0].low", "range_reversed")),
        ('low = "150.00"\n', "", ("tariff[0].low", "missing")),
        ('high = "400.00"\n', "", ("tariff[0].high", "missing")),
        ('high = "400.00"', 'high = "400.00"\nunit = "1.00"', ("tariff[0]", "prices_mixed")),
        ('unit = "0.35"', 'unit = "0.35"\nfixed = "0.35"', ("tariff[1]", "prices_mixed")),
        ('unit = "0.35"\n', "", ("tariff[1]", "price_missing")),
        ('unit = "0.35"', 'unit = "0.355"', ("tariff[1].unit", "not_an_amount")),
        ("cap_per_visit = 2", "cap_per_visit = 0", ("tariff[2].cap_per_visit", "not_whole")),
        ("cap_per_visit = 2", "cap_per_visit = 2\nnote = 1", ("tariff[2].note", "unknown_key")),
    ],
)
def test_a_wrong_value_is_refused_at_its_key(right: str, wrong: str, problem: tuple[str, str]) -> None:
    text = programme()
    assert right in text
    assert problems(text.replace(right, wrong, 1)) == [problem]


@pytest.mark.parametrize(
    "added, problem",
    [
        ('class = "printed"\nfixed = "1.00"', ("tariff[3]", "line_twice")),
        ('class = "pistol"\nfixed = "1.00"', ("tariff[3]", "lines_of_two_kinds")),
        ('class = "ammunition"\nunit = "0.10"', ("tariff[3]", "lines_of_two_kinds")),
        (
            'class = "ammunition"\ncalibre_group = "handgun"\nunit = "0.10"',
            ("tariff[3]", "line_twice"),
        ),
    ],
)
def test_two_lines_may_not_price_one_item(added: str, problem: tuple[str, str]) -> None:
    assert problems(programme(tariff=f"{TARIFF}[[tariff]]\n{added}\n")) == [problem]


def test_the_caps_of_one_class_agree() -> None:
    lines = "".join(
        f'[[tariff]]\nclass = "rifle"\ncondition = "{condition}"\nfixed = "1.00"\ncap_per_visit = {cap}\n'
        for condition, cap in (("serviceable", 3), ("poor", 3), ("unserviceable", 4))
    )
    assert problems(programme(tariff=lines)) == [("tariff[2].cap_per_visit", "caps_differ")]


def test_every_problem_is_told_at_once() -> None:
    text = programme(HEAD.replace("number = 7", "number = -7")).replace('"0.35"', "0.35")
    assert problems(text) == [("number", "not_whole"), ("tariff[1].unit", "not_an_amount")]


def test_a_tariff_that_is_no_list_of_tables_is_refused() -> None:
    assert problems("tariff = 3\n" + HEAD + FUNDERS) == [("tariff", "not_a_list")]
    assert problems("tariff = [3]\n" + HEAD + FUNDERS) == [("tariff[0]", "not_an_object")]


def test_a_file_that_is_cut_off_is_refused_at_its_line() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(b'code = "PMB-2026"\nname = "Pacif')
    (problem,) = caught.value.problems
    assert (problem.line, problem.refusal.code) == (2, "invalid_toml")


def test_a_file_in_another_encoding_is_refused_at_its_line() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse('code = "PMB"\nname = "Año"\n'.encode("latin-1"))
    (problem,) = caught.value.problems
    assert (problem.line, problem.refusal.code) == (2, "not_utf8")


@pytest.mark.parametrize(
    "line",
    [
        "number = " + "9" * 5000,
        "number = " + "[" * 5000 + "]" * 5000,
        "a = " + "{b=" * 5000,
    ],
)
def test_a_number_or_a_nesting_without_end_is_refused(line: str) -> None:
    assert [code for _place, code in problems(line)] == ["too_intricate"]


def test_a_number_of_hundreds_of_digits_is_refused_at_its_key() -> None:
    assert problems(programme(HEAD.replace("number = 7", "number = " + "9" * 400))) == [("number", "not_whole")]


def test_a_huge_file_is_refused_unread() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(b"#" * 1_000_001)
    assert caught.value.problems[0].refusal.code == "file_too_large"


def test_a_byte_order_mark_is_no_problem() -> None:
    assert parse(b"\xef\xbb\xbf" + programme().encode()) == parse(programme().encode())


def test_comments_and_the_order_of_lines_do_not_change_the_content() -> None:
    lines = TARIFF.strip().split("[[tariff]]\n")[1:]
    other = programme("# a comment\n" + HEAD, tariff="\n" + "\n".join(f"[[tariff]]\n{line}" for line in lines[::-1]))
    assert content_hash(parse(other.encode())) == content_hash(parse(programme().encode()))


@pytest.mark.parametrize(
    "before, after",
    [('"0.35"', '"0.36"'), ("weight = 20", "weight = 21"), ("90", "91"), ('"400.00"', '"401.00"')],
)
def test_another_figure_is_another_content(before: str, after: str) -> None:
    changed = programme().replace(before, after, 1)
    assert content_hash(parse(changed.encode())) != content_hash(parse(programme().encode()))
