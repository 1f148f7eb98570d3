"""What is refused about organisations and users."""

from buyback.errors import Refused


class OrganisationExists(Refused):
    """Codes are unique."""

    sentence = "Ya existe una organización con el código {code}."


class UserExists(Refused):
    """Names are unique."""

    sentence = "Ya existe un usuario con el nombre {name}."


class BadName(Refused):
    """Names and codes are plain, so that they read the same everywhere."""

    sentence = (
        "«{name}» no sirve: use letras sin tilde, números, punto, guion y guion bajo, de 2 a {length} caracteres."
    )


class DistrictNeeded(Refused):
    """A local organisation governs somewhere."""

    sentence = "Esta clase de organización necesita su distrito (cuatro dígitos del INEC)."


class RoleNotAllowed(Refused):
    """The role is forbidden beside one already held, or is of the other kind of account."""

    sentence = "El rol {role} no es compatible con {held}."


class RoleMissing(Refused):
    """The user does not hold the role, so it cannot be taken away."""

    sentence = "{name} no tiene el rol {role}."


class RolesNeeded(Refused):
    """A user without a role could do nothing."""

    sentence = "Indique al menos un rol."


class InvitationInvalid(Refused):
    """Unknown, used or too old: the same answer for all three."""

    sentence = "Esta invitación no sirve o ya se usó. Pida una nueva a quien administra las cuentas."
