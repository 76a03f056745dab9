"""An Apache in the foreground on a loopback port, with a page behind one of its modules."""

import contextlib
import os
import pathlib
import shutil
import tempfile

from processes import Process, free_port, installed, is_listening

MODULES = pathlib.Path("/usr/lib/apache2/modules")
COMMON = ("mpm_event", "authn_core", "authz_core", "authz_user", "headers", "dir")


@contextlib.contextmanager
def public_folder():
    """Where an unprivileged child of Apache may read: the folders of pytest are ours alone."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tykva-apache-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Apache:
    """`module` guards everything under /private; `settings` may name @PORT@."""

    def __init__(self, folder, module, settings, port=None):
        self.folder = folder
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        for path in ("private", "public"):
            (folder / "pages" / path).mkdir(parents=True, exist_ok=True)
            (folder / "pages" / path / "index.html").write_text(f"the {path} page\n")
        user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
        modules = "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in (*COMMON, module))
        self.configuration = folder / "apache.conf"
        self.configuration.write_text(f"""{modules}
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{self.port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
Mutex file:{folder}
{user}ErrorLog {folder}/error.log
LogLevel info
DocumentRoot {folder}/pages
DirectoryIndex index.html
StartServers 1
MinSpareThreads 4
MaxSpareThreads 16
ThreadsPerChild 8
MaxRequestWorkers 16
<Directory {folder}/pages>
Require all granted
</Directory>
{settings.replace("@PORT@", str(self.port))}
""")
        self.process = None

    def start(self):
        folder = self.folder
        self.process = Process(folder, "apache", [installed("apache2"), "-f", self.configuration, "-DFOREGROUND"])
        try:
            self.process.wait_for(lambda: is_listening(self.port), "listening")
        except AssertionError as error:
            raise AssertionError(self.log()[-3000:]) from error
        return self

    def stop(self):
        if self.process:
            self.process.stop()
            self.process = None

    def log(self):
        path = self.folder / "error.log"
        return path.read_text() if path.exists() else ""
