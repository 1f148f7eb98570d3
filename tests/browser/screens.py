"""Every page there is, as somebody who may see it: the one list that walks go by.

A test holds it against the route map, so that a page added later is walked as well.
"""

from dataclasses import dataclass

from tests.browser.stage import PLANNED, Stage

# What answers a GET with something else than a page of ours.
NOT_PAGES = frozenset(
    {
        "/api/v1/openapi.json",
        "/api/v1/redemptions",
        "/api/v1/redemptions/<uuid:op_id>",
        "/caja/canjes.csv",
        "/healthz",
        "/jornadas/<code>/entregas/<int:number>/vales.pdf",
        "/readyz",
        "/liquidaciones/<number>/canjes.csv",
        "/liquidaciones/<number>/expediente.pdf",
        "/liquidaciones/estados/aportantes/<code>/estado.csv",
        "/liquidaciones/estados/aportantes/<code>/estado.pdf",
        "/liquidaciones/estados/comercios/<uuid:merchant>/estado.csv",
        "/liquidaciones/estados/comercios/<uuid:merchant>/estado.pdf",
        "/liquidaciones/estados/deudas/estado.csv",
        "/liquidaciones/estados/deudas/estado.pdf",
        "/liquidaciones/liquidaciones.csv",
        "/totales/totales.csv",
        "/totales/totales.xlsx",
    }
)

TABLE, APPROVER, ISSUER = "avaluo.demo", "aprueba.demo", "emite.demo"
SIGNER, TREASURER = "minseg.demo", "tesoro.demo"
CHIEF, OFFICIAL, TILL, WITNESS = "jefe.demo", "concilia.demo", "caja.demo", "testigo.demo"
AUDITOR = "contralor.demo"


@dataclass(frozen=True)
class Screen:
    """A page in one state: a name, its route, its address, and the user of the demonstration who looks at it."""

    name: str
    rule: str
    path: str
    who: str | None = None


def screens(stage: Stage) -> list[Screen]:
    """All of them."""
    return [*_open_pages(), *_table(stage), *_till(stage), *_officials(), *_settlements(stage)]


def _open_pages() -> list[Screen]:
    return [
        Screen("home", "/", "/"),
        Screen("home-table", "/", "/", TABLE),
        Screen("home-official", "/", "/", OFFICIAL),
        Screen("home-auditor", "/", "/", AUDITOR),
        Screen("home-nothing", "/", "/", WITNESS),
        Screen("components", "/components", "/components"),
        Screen("sign-in", "/entrar", "/entrar"),
        Screen("invitation", "/invitacion", "/invitacion"),
        Screen("not-found", "", "/nada"),
        Screen("not-found-signed-in", "", "/jornadas/NADA", TABLE),
        Screen("forbidden", "", "/totales", TABLE),
        Screen("failed", "", "/faults/bug"),
        Screen("no-answer", "", "/faults/database"),
        Screen("refused", "", "/faults/refused"),
        Screen("too-large", "", "/faults/status/413"),
        Screen("too-often", "", "/faults/status/429"),
    ]


def _table(stage: Stage) -> list[Screen]:
    event, rule = f"/jornadas/{stage.event}", "/jornadas/<code>"
    viewers = {"empty": TABLE, "open": TABLE, "awaiting_approval": APPROVER, "offered": TABLE, "accepted": ISSUER}
    surrenders = [
        Screen(
            f"surrender-{state}",
            f"{rule}/entregas/<int:number>",
            f"{event}/entregas/{number}",
            viewers.get(state, ISSUER),
        )
        for state, number in stage.surrenders.items()
    ]
    item = f"{event}/entregas/{stage.surrenders['open']}/articulos"
    items = [
        Screen(f"item-{kind}", f"{rule}/entregas/<int:number>/articulos/<class_code>", f"{item}/{kind}", TABLE)
        for kind in ("revolver", "ammunition", "grenade")
    ]
    return [
        Screen("events", "/jornadas", "/jornadas", TABLE),
        Screen("event", rule, event, TABLE),
        Screen("event-issuer", rule, event, ISSUER),
        Screen("counting", f"{rule}/cierre", f"{event}/cierre", CHIEF),
        Screen("event-planned", rule, f"/jornadas/{PLANNED}", CHIEF),
        *surrenders,
        *items,
    ]


def _till(stage: Stage) -> list[Screen]:
    return [
        Screen("till", "/caja", "/caja", TILL),
        Screen("till-choose", "/caja/elegir", "/caja/elegir", TILL),
        *(
            Screen(f"till-{kind}", "/caja/respuesta/<uuid:op_id>", f"/caja/respuesta/{op_id}", TILL)
            for kind, op_id in stage.answers.items()
        ),
    ]


def _officials() -> list[Screen]:
    return [
        Screen("overview", "/resumen", "/resumen", OFFICIAL),
        Screen("overview-all", "/resumen", "/resumen?from=2010-01-01&to=2026-11-24&show=issued", OFFICIAL),
        Screen("overview-empty", "/resumen", "/resumen?from=2023-01-01&to=2023-01-02", OFFICIAL),
        Screen("overview-wrong", "/resumen", "/resumen?from=2026-12-01&to=2026-01-02", OFFICIAL),
        Screen("totals", "/totales", "/totales", OFFICIAL),
        Screen("totals-month", "/totales", "/totales?by=month", OFFICIAL),
        Screen("totals-district", "/totales", "/totales?place=0808&sort=arms", OFFICIAL),
        Screen("totals-event", "/totales", "/totales?by=event&place=08&sort=arms&show=issued", OFFICIAL),
        Screen("totals-nothing", "/totales", "/totales?q=nada", OFFICIAL),
        Screen("totals-unknown", "/totales", "/totales?place=999999", OFFICIAL),
        Screen("totals-class", "/totales", "/totales?by=class", OFFICIAL),
        Screen("totals-empty", "/totales", "/totales?from=2023-01-01&to=2023-01-02", OFFICIAL),
        Screen("totals-wrong", "/totales", "/totales?from=2026-12-01&to=2026-01-02", OFFICIAL),
    ]


def _settlements(stage: Stage) -> list[Screen]:
    rule, viewers = "/liquidaciones", {"submitted": SIGNER, "ordered": TREASURER}
    statements = f"{rule}/estados"
    return [
        Screen("settlements", rule, rule, OFFICIAL),
        Screen("settlements-funder", rule, rule, SIGNER),
        Screen("settlements-none", rule, f"{rule}?search=nadie", OFFICIAL),
        Screen("settlements-wrong", rule, f"{rule}?state=nada", OFFICIAL),
        Screen("settlement-new", f"{rule}/nueva", f"{rule}/nueva", OFFICIAL),
        *(
            Screen(f"settlement-{state}", f"{rule}/<number>", f"{rule}/{number}", viewers.get(state, OFFICIAL))
            for state, number in stage.settlements.items()
        ),
        Screen("statements", statements, statements, OFFICIAL),
        Screen(
            "statement-merchant",
            f"{statements}/comercios/<uuid:merchant>",
            f"{statements}/comercios/{stage.merchant}",
            OFFICIAL,
        ),
        Screen("statement-funder", f"{statements}/aportantes/<code>", f"{statements}/aportantes/MINSEG", SIGNER),
        Screen("statement-debts", f"{statements}/deudas", f"{statements}/deudas", OFFICIAL),
    ]
