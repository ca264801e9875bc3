"""Refuse other machines: in the tests, and in each Python that a test starts.

Python imports a module of this name when it starts, if its folder is on PYTHONPATH, so that
the kernels of notebooks are guarded as well. A try is written down, too: a library may catch
the error and go on.
"""

import os
import sys

HERE = {None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104
CONNECT = {"socket.connect", "socket.sendto", "socket.sendmsg"}
LOOK_UP = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


def refuse_other_machines(event, arguments):
    if event in CONNECT and isinstance(arguments[1], tuple):  # otherwise the path of a file
        host = arguments[1][0]
    elif event in LOOK_UP:
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host not in HERE:
        with open(os.environ["CBCSTATS_NETWORK_LOG"], "a", encoding="utf-8") as log:  # noqa: PTH123
            log.write(f"{event} {host}\n")
        raise ConnectionRefusedError(f"{event} {host}: tests reach no other machine")


sys.addaudithook(refuse_other_machines)
