"""The system call filter, assembled as classic BPF for bubblewrap's `--seccomp`.

Everything that reaches kernel parts which a tool has no use for is refused: other processes'
memory, mounts, namespaces, modules, keys, tracing, io_uring. Calls newer than this table
answer ENOSYS, so programs fall back to older ones.
"""

import errno
import platform
import struct
from dataclasses import dataclass

_LOAD, _JUMP_EQ, _JUMP_GE, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _ARGUMENT_0, _ARGUMENT_1 = 0, 4, 16, 24
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_NEW_NAMESPACES = 0x7E020000  # CLONE_NEWNS|CGROUP|UTS|IPC|USER|PID|NET
_SOCKET_FAMILIES = (1, 2, 10, 16)  # unix, inet, inet6, netlink; vsock would reach the host
_TERMINAL_INJECTIONS = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_LAST_KNOWN = 462  # mseal

# Same number on both: everything since Linux 5.1.
_REFUSED_SINCE_5_1 = (
    425, 426, 427,  # io_uring_setup, io_uring_enter, io_uring_register
    428, 429, 430, 431, 432, 433, 442,  # open_tree .. fspick, mount_setattr
    438, 440, 443, 447, 448,  # pidfd_getfd, process_madvise, quotactl_fd, memfd_secret, mrelease
)  # fmt: skip
_CLONE3 = 435


@dataclass(frozen=True, slots=True)
class _Machine:
    arch: int
    clone: int
    socket: int
    ioctl: int
    refused: tuple[int, ...]
    uncounted: tuple[int, ...]


_MACHINES = {
    "x86_64": _Machine(
        arch=0xC000003E,
        clone=56,
        socket=41,
        ioctl=16,
        refused=(
            101, 103, 134, 135, 136, 139,  # ptrace syslog uselib personality ustat sysfs
            153, 154, 155, 156, 161, 163,  # vhangup modify_ldt pivot_root _sysctl chroot acct
            164, 165, 166, 167, 168, 169,  # settimeofday mount umount2 swapon swapoff reboot
            170, 171, 172, 173, 174, 175,  # sethostname setdomainname iopl ioperm create/init_module
            176, 177, 178, 179, 180, 212,  # delete_module .. query_module quotactl nfsservctl dcookie
            227, 246, 248, 249, 250, 256,  # clock_settime kexec_load add_key request_key keyctl migrate
            272, 279, 298, 300, 304, 305,  # unshare move_pages perf_event_open fanotify handle clock_adj
            308, 310, 311, 312, 313, 320,  # setns process_vm_readv/writev kcmp finit_module kexec_file
            321, 323,  # bpf userfaultfd
        ),
        uncounted=(29, 319),  # shmget memfd_create
    ),
    "aarch64": _Machine(
        arch=0xC00000B7,
        clone=220,
        socket=198,
        ioctl=29,
        refused=(
            18, 39, 40, 41, 42, 51, 58, 60,  # dcookie umount2 mount pivot_root nfs chroot vhangup quota
            89, 92, 97, 104, 105, 106, 112,  # acct personality unshare kexec modules clock_settime
            116, 117, 142, 161, 162, 170,  # syslog ptrace reboot sethostname setdomainname settimeofday
            217, 218, 219, 224, 225, 238, 239,  # keys swapon swapoff migrate_pages move_pages
            241, 262, 265, 266, 268, 270, 271,  # perf fanotify handle clock_adjtime setns process_vm
            272, 273, 280, 282, 294,  # kcmp finit_module bpf userfaultfd kexec_file_load
        ),
        uncounted=(194, 279),  # shmget memfd_create
    ),
}  # fmt: skip


def is_supported() -> bool:
    """Whether the table knows this machine's system calls."""
    return platform.machine() in _MACHINES


def build_filter(*, is_memory_counted: bool) -> bytes:
    """The program. Without a memory cgroup, memory that no process maps must not exist."""
    machine = _MACHINES[platform.machine()]
    refused = set(machine.refused) | set(_REFUSED_SINCE_5_1)
    if not is_memory_counted:
        refused |= set(machine.uncounted)
    return b"".join(
        [
            _op(_LOAD, _ARCH),
            _op(_JUMP_EQ, machine.arch, 1, 0),
            _op(_RETURN, _KILL_PROCESS),
            _op(_LOAD, _NUMBER),
            _answer_if(_JUMP_GE, _LAST_KNOWN + 1, errno.ENOSYS),
            _answer_if(_JUMP_EQ, _CLONE3, errno.ENOSYS),
            *(_answer_if(_JUMP_EQ, number, errno.EPERM) for number in sorted(refused)),
            _inspect(
                machine.clone, _ARGUMENT_0, _answer_if(_JUMP_SET, _NEW_NAMESPACES, errno.EPERM)
            ),
            _inspect(machine.ioctl, _ARGUMENT_1, _none_of(_TERMINAL_INJECTIONS)),
            _inspect(machine.socket, _ARGUMENT_0, _one_of(_SOCKET_FAMILIES)),
            _op(_RETURN, _ALLOW),
        ]
    )


def _op(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _answer_if(test: int, value: int, error: int) -> bytes:
    return _op(test, value, 0, 1) + _op(_RETURN, _ERRNO | error)


def _inspect(number: int, argument: int, checks: bytes) -> bytes:
    """For one call, run `checks` on the low half of an argument; then go on with the number."""
    body = _op(_LOAD, argument) + checks + _op(_LOAD, _NUMBER)
    return _op(_JUMP_EQ, number, 0, len(body) // 8) + body


def _none_of(values: tuple[int, ...]) -> bytes:
    return b"".join(_answer_if(_JUMP_EQ, value, errno.EPERM) for value in values)


def _one_of(values: tuple[int, ...]) -> bytes:
    jumps = [_op(_JUMP_EQ, value, len(values) - index, 0) for index, value in enumerate(values)]
    return b"".join(jumps) + _op(_RETURN, _ERRNO | errno.EAFNOSUPPORT)
