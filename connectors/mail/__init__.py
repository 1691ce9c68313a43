"""Mail: composing what people read, and handing it to the mail server."""

from connectors.mail.compose import CentralLockMails, Language, MailComposer
from connectors.mail.message import mail_files, plain_mail, read_mail
from connectors.mail.smtp import MailChannel, SmtpServer

__all__ = [
    "CentralLockMails",
    "Language",
    "MailChannel",
    "MailComposer",
    "SmtpServer",
    "mail_files",
    "plain_mail",
    "read_mail",
]
