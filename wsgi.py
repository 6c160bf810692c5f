"""The application for a WSGI server, made from the environment: `gunicorn wsgi:app`."""

from repatriation.app import create_app
from repatriation.settings import read_settings

app = create_app(read_settings())
