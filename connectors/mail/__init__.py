"""Mail: composing what admins read, and handing it to the mail server."""

from connectors.mail.compose import MailComposer
from connectors.mail.message import read_mail
from connectors.mail.smtp import MailChannel, SmtpServer

__all__ = ["MailChannel", "MailComposer", "SmtpServer", "read_mail"]
