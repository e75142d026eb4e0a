"""What a command sees of the file system: the system's programs, Python, its workspace.

Only what is listed here exists inside. Nothing of /etc but what programs need to start,
nothing of any home folder but the Python that cadre itself runs on.
"""
# ruff: noqa: S108 (these temporary folders are the sandbox's own)

import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from cadre.engine.sandbox.ports import READ_ONLY_ROOT, WORKSPACE, Command

ENVIRONMENT_ROOT = "/opt/cadre/python"  # a virtual environment assembled from cadre's own
_ROOTFS = Path(__file__).parent / "rootfs"
_INSIDE = Path(__file__).parent / "inside"
_SYSTEM_ROOTS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SYSTEM_FILES = (
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/pki/tls/certs",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
)
EGRESS_SOCKET = "/run/cadre/egress.sock"
INSIDE = "/opt/cadre/inside"


def pyvenv_configuration() -> bytes:
    """`pyvenv.cfg` of the environment inside, pointing at the real Python."""
    return f"home = {_python().parent}\ninclude-system-site-packages = false\n".encode()


def view(
    command: Command,
    *,
    pyvenv_fd: int,
    egress_socket: Path | None,
    private_paths: Iterable[Path],
    temporary_bytes: int,
) -> list[str]:
    """bubblewrap's arguments for the whole view. Later binds lie over earlier ones."""
    size = ["--size", str(temporary_bytes)]
    arguments = ["--ro-bind", "/usr", "/usr"]
    for root in _SYSTEM_ROOTS:
        arguments += _system_root(Path(root))
    for name in _SYSTEM_FILES:
        arguments += ["--ro-bind-try", name, name]
    for name in ("passwd", "group", "hosts", "nsswitch.conf"):
        arguments += _read_only(_ROOTFS / name, f"/etc/{name}")
    arguments += _python_view(pyvenv_fd)
    arguments += _read_only(_INSIDE, INSIDE)
    for path in private_paths:
        arguments += _hidden(path)
    arguments += ["--proc", "/proc", "--dev", "/dev", *size, "--tmpfs", "/dev/shm"]
    arguments += [*size, "--tmpfs", "/tmp", "--dir", "/run/cadre", "--symlink", "/tmp", "/var/tmp"]
    for path in command.read_only_binds:
        arguments += _read_only(path, f"{READ_ONLY_ROOT}/{path.name}")
    if egress_socket is not None:
        arguments += ["--bind", str(egress_socket), EGRESS_SOCKET]
    bind = "--ro-bind" if command.is_workspace_read_only else "--bind"
    arguments += [bind, str(command.workspace), WORKSPACE, "--chdir", WORKSPACE]
    # The root and /dev are a tmpfs of their own, without a bound: nobody may fill them.
    return [*arguments, "--remount-ro", "/dev", "--remount-ro", "/"]


def environment(command: Command, *, is_networked: bool) -> dict[str, str]:
    """Everything that the command's environment holds; nothing is inherited."""
    variables = {
        "PATH": f"{ENVIRONMENT_ROOT}/bin:/usr/local/bin:/usr/bin:/bin",
        "HOME": "/tmp",
        "TMPDIR": "/tmp",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8:replace",
        "MPLCONFIGDIR": "/tmp",
    }
    if is_networked:
        names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
        variables.update(dict.fromkeys(names, "http://127.0.0.1:3128"))
    variables.update(command.environment)
    return variables


def _python() -> Path:
    """The real interpreter: past a virtual environment's links."""
    return Path(sys.executable).resolve()


def _python_view(pyvenv_fd: int) -> list[str]:
    base = Path(sys.base_prefix).resolve()
    arguments: list[str] = []
    if not base.is_relative_to("/usr"):
        for name in ("bin", "lib", "lib64"):
            if (base / name).is_dir():
                arguments += _read_only(base / name, str(base / name))
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = f"{ENVIRONMENT_ROOT}/lib/{version}/site-packages"
    for name in ("python", "python3", version):
        arguments += ["--symlink", str(_python()), f"{ENVIRONMENT_ROOT}/bin/{name}"]
    arguments += ["--ro-bind-data", str(pyvenv_fd), f"{ENVIRONMENT_ROOT}/pyvenv.cfg"]
    return [*arguments, "--ro-bind-try", sysconfig.get_path("purelib"), packages]


def _system_root(root: Path) -> list[str]:
    if root.is_symlink():
        return ["--symlink", str(root.readlink()), str(root)]
    return _read_only(root, str(root)) if root.is_dir() else []


def _read_only(source: Path, target: str) -> list[str]:
    return ["--ro-bind", str(source), target]


def _hidden(path: Path) -> list[str]:
    """Cover `path` where one of the binds above would show it."""
    real = path.resolve()
    shown = [Path("/usr"), Path(sys.base_prefix).resolve()]
    if real.is_dir() and any(real.is_relative_to(root) for root in shown):
        return ["--size", "4096", "--tmpfs", str(real)]
    return []
