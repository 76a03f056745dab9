"""Two nodes, real processes, on one PostgreSQL of their own."""

from engines import PostgresDeployment, populate
from processes import free_port

NODES = 2


class Cluster:
    """Used as a context its nodes are ended; the database server is whoever's made it.

    - Parameters:
        url: the way to the database of this name, when it is not the plain one over TCP.
        options: of `serve`, for each node: environment, wrapper.
        was_served: whether the deployment had its first start before, by a node without these options.
    """

    def __init__(self, folder, postgres, url=None, options=({}, {}), was_served=False):
        self.deployment = PostgresDeployment(folder, postgres)
        populate(self.deployment)
        if url:
            self.deployment.use(url(self.deployment.database))
        self.ports = [free_port() for _ in range(NODES)]
        self.issuer = f"http://127.0.0.1:{self.ports[0]}"
        self.options = options
        self.nodes = [None] * NODES
        self.was_served = was_served

    def start(self, number):
        self.nodes[number] = self.deployment.serve(
            "--issuer", self.issuer, port=self.ports[number], issuer=self.issuer, name=f"node-{number + 1}", **self.options[number])

    def __enter__(self):
        try:
            if self.was_served:
                self.deployment.serve("--issuer", self.issuer, issuer=self.issuer, name="before").kill()
            for number in range(NODES):
                self.start(number)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            if node:
                node.kill()

    def assert_never_restarted(self):
        """Nobody helped: each node is the process that was started."""
        assert all(node.popen.poll() is None for node in self.nodes), "a node has ended"
