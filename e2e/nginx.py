"""An nginx in the foreground on a loopback port, before one other server, with its defaults where nothing is said."""

import os

from processes import Process, free_port, installed, is_listening


class Nginx:
    """`settings` are lines of its `server`; the folder must be one that its unprivileged worker may write in."""

    def __init__(self, folder, upstream, settings="", port=None):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        user = "user www-data;" if os.geteuid() == 0 else ""
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
        self.configuration = folder / "nginx.conf"
        self.configuration.write_text(f"""{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{}}
http {{
{temporary}access_log off;
server {{
listen 127.0.0.1:{self.port};
{settings}
location / {{
proxy_pass http://127.0.0.1:{upstream};
}}
}}
}}
""")
        self.process = None

    def __enter__(self):
        log = self.folder / "error.log"
        command = [installed("nginx"), "-p", self.folder, "-e", log, "-c", self.configuration]
        self.process = Process(self.folder, "nginx", command)
        self.process.wait_for(lambda: is_listening(self.port), "listening")
        return self

    def __exit__(self, *_):
        self.process.stop(20)

    def log(self):
        return (self.folder / "error.log").read_text()
