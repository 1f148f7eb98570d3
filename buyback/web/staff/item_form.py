"""The form of one class: which fields it has under a tariff, and what is read from them."""

from dataclasses import dataclass

from buyback.files.reading.refusals import NotOneOf
from buyback.intake import tags
from buyback.intake.details import DETAIL_LENGTHS, NO_DETAILS, Details
from buyback.intake.rules import SerialStatus
from buyback.tariff.catalogue import (
    CALIBRE_GROUP_NAMES,
    CATALOGUE,
    CONDITION_NAMES,
    CalibreGroup,
    CatalogueClass,
    ClassCode,
    Condition,
    TotalColumn,
)
from buyback.tariff.rules import PricedThing, PriceKind, Tariff
from buyback.web.shell.forms import Form
from buyback.web.shell.i18n import _
from buyback.web.staff import words
from buyback.web.staff.choices import ChoiceRow, find_choice, rows_of

READ_OFF = ("make", "model", "calibre", "serial")


@dataclass(frozen=True)
class ItemForm:
    """What can be tapped and typed for a class."""

    tariff: Tariff
    class_code: ClassCode

    @property
    def entry(self) -> CatalogueClass:
        """The class in the catalogue."""
        return CATALOGUE[self.class_code]

    @property
    def rows(self) -> tuple[ChoiceRow, ...]:
        """What can be tapped."""
        return rows_of(self.tariff, self.class_code)

    @property
    def has_range(self) -> bool:
        """Whether the appraiser decides the value."""
        return any(line.price.kind is PriceKind.RANGE for line in self.tariff.of(self.class_code))

    @property
    def needs_condition(self) -> bool:
        """Whether the price depends on the condition."""
        return self.tariff.needs_condition(self.class_code)

    @property
    def is_arm(self) -> bool:
        """Whether make, model, calibre and serial can be read off it."""
        return self.entry.total is TotalColumn.ARMS

    @property
    def cap(self) -> int | None:
        """How many of the class the programme takes a visit."""
        return self.tariff.cap(self.class_code)

    @property
    def condition_options(self) -> list[tuple[str, str]]:
        """The conditions that the tariff prices."""
        priced = {line.condition for line in self.tariff.of(self.class_code)}
        return [(condition.value, _(CONDITION_NAMES[condition])) for condition in Condition if condition in priced]

    @property
    def group_options(self) -> list[tuple[str, str]]:
        """The calibre groups that the tariff prices; all of them where one line is for any."""
        priced = {line.calibre_group for line in self.tariff.of(self.class_code)}
        groups = [group for group in CalibreGroup if group in priced or None in priced]
        return [(group.value, _(CALIBRE_GROUP_NAMES[group])) for group in groups]

    def read(self, form: Form) -> tuple[PricedThing, Details]:
        """What was tapped, or what was typed; what is wrong stands in the form."""
        if "quick" not in form:
            return self._typed(form), self._details(form)
        thing = find_choice(self.rows, form["quick"])
        if thing is None:
            raise NotOneOf(choices=", ".join(choice.key for row in self.rows for choice in row.choices))
        return thing, NO_DETAILS

    def _typed(self, form: Form) -> PricedThing:
        return PricedThing(
            class_code=self.class_code,
            condition=form.choice("condition", Condition) if self.needs_condition else None,
            calibre_group=form.choice("calibre_group", CalibreGroup) if self.entry.has_calibre_group else None,
            quantity=form.whole("quantity"),
            value=form.amount("value") if self.has_range else None,
        )

    def _details(self, form: Form) -> Details:
        texts = {name: form.text(name, required=False, limit=DETAIL_LENGTHS[name]) or None for name in READ_OFF}
        return Details(
            **texts,
            tag=form.read("tag", tags.parse, None) if form.has("tag") else None,
            serial_status=form.choice("serial_status", SerialStatus) if form.has("serial_status") else None,
            made_safe_by=None if self.entry.reaches_the_desk else form.choice("made_safe_by", words.UNITS),
        )
