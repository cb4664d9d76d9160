#!/bin/sh
# Make .venv in the checkout and install mlxtop into it: `set_up.sh run` for a run,
# `set_up.sh dev` with the tools of the checks. PYTHON names the interpreter, MLX the build of MLX.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'mlxtop: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}

# macOS reports 16 to a Python built for an older macOS, and pip would then install the MLX for
# macOS 15, without kernels for the newest GPUs. With this variable, macOS reports the real version.
mac=
if [ "$(uname -s)" = Darwin ]; then
    mac=yes
    export SYSTEM_VERSION_COMPAT=0
fi

# Run it: a name on the path is not enough (pyenv has shims for versions that are not active).
recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
tested() { "$1" -c 'import sys; sys.exit(sys.version_info >= (3, 15))' >/dev/null 2>&1; }
number() { "$1" -c 'import platform; print(platform.python_version())'; }
# MLX for macOS supports only Apple silicon: an Intel Python, also under Rosetta, cannot install it.
native() { [ -z "$mac" ] || [ "$("$1" -c 'import platform; print(platform.machine())' 2>&1)" = arm64 ]; }
complete() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

needs_mac="mlxtop needs an arm64 Python on macOS 14 or newer"
install_mac=" (brew install python@3.13, or from python.org)"

release=
check_macos() {
    if [ -n "$mac" ] && release=$(sw_vers -productVersion 2>/dev/null); then
        case ${release%%.*} in
        1[0-3]) fail "this is macOS $release: $needs_mac." ;;
        esac
    fi
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        recent "$PYTHON" || fail "PYTHON=$PYTHON is not a Python 3.11 or newer."
        native "$PYTHON" || fail "PYTHON=$PYTHON runs for Intel: $needs_mac."
        candidates=$PYTHON
    else
        candidates="python3.13 python3.12 python3.11 python3.14 python3 python"
    fi
    without_pip= intel= newer=
    for candidate in $candidates; do
        if ! recent "$candidate"; then
            continue
        elif ! native "$candidate"; then
            intel=${intel:-$candidate}
        elif ! complete "$candidate"; then
            without_pip=${without_pip:-$candidate}
        elif ! tested "$candidate"; then
            newer=${newer:-$candidate}
        else
            printf '%s\n' "$candidate"
            return
        fi
    done
    if [ -n "$newer" ]; then
        say "$newer is Python $(number "$newer"), newer than the versions that mlxtop is tested with (3.11 to 3.14):" \
            "some packages may have to be compiled, which takes minutes and a C compiler."
        printf '%s\n' "$newer"
        return
    fi
    if [ -n "$intel" ] && [ -z "$without_pip" ]; then
        fail "$intel runs for Intel: $needs_mac. Install one${install_mac} or name it," \
            "make PYTHON=/path/to/python3."
    fi
    if [ -n "$without_pip" ]; then
        fail "$without_pip has no venv and pip: install them (on Debian and Ubuntu the" \
            "package python3-venv) or name another interpreter, make PYTHON=/path/to/python3."
    fi
    fail "no Python 3.11 or newer found: install one${mac:+$install_mac} or name it," \
        "make PYTHON=/path/to/python3."
}

# The driver's major version, from NVIDIA's tool or, if that is missing, from the kernel. A
# container may see its host's kernel but not its GPU.
driver() {
    if version=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null); then
        printf '%s\n' "$version" | sed -n '1s/^\([0-9][0-9]*\)\..*/\1/p'
    elif [ -e /dev/nvidiactl ] && [ -r /proc/driver/nvidia/version ]; then
        sed -n '1s/.*  *\([0-9][0-9]*\)\.[0-9][0-9.]* .*/\1/p' /proc/driver/nvidia/version
    fi
}

# MLX for CUDA 13 needs driver 580 or newer, MLX for CUDA 12 needs 550.
choose_mlx() {
    if [ "$(uname -s)" != Linux ]; then
        return
    fi
    major=$(driver)
    if [ "${major:-0}" -ge 580 ]; then
        echo cuda13
    elif [ "${major:-0}" -ge 550 ]; then
        echo cuda12
    else
        echo cpu
    fi
}

pip() { .venv/bin/python -m pip "$@"; }

# pip keeps an installed MLX of the same version, even if it was built for an older macOS.
renew_mlx() {
    case ${release%%.*} in
    '' | 1[0-9]) return ;;
    esac
    case $(.venv/bin/python -c 'from mlxtop.sensors.mlx_build import mlx_build; print(mlx_build())' 2>/dev/null) in
    *macosx_1[0-9]_*)
        say "the installed MLX is for an older macOS: installing the one for this macOS"
        pip install --disable-pip-version-check --no-input -q --constraint constraints.txt \
            --force-reinstall --no-deps mlx mlx-metal
        ;;
    esac
}

install() {
    extras=$1
    if [ "$what" = dev ]; then
        extras=${extras:+$extras,}dev
    fi
    # Without a terminal, pip prints only warnings and errors.
    quiet=-q
    if [ -t 1 ] && [ -z "${CI:-}" ]; then
        quiet=
    fi
    # shellcheck disable=SC2086 # an empty value must not become an argument
    pip install --disable-pip-version-check --no-input $quiet \
        --constraint constraints.txt --editable ".${extras:+[$extras]}"
}

what=${1:-run}
check_macos
if [ "$what" = plan ]; then
    python=$(find_python)
    echo "$python ${MLX:-$(choose_mlx)}"
    exit
fi
if ! { recent .venv/bin/python && native .venv/bin/python; }; then
    python=$(find_python)
    say "making .venv with $python ($(number "$python"))"
    "$python" -m venv --clear .venv
fi

# An environment made by another tool may have no pip.
.venv/bin/python -c 'import pip' 2>/dev/null || .venv/bin/python -m ensurepip >/dev/null

mlx=${MLX:-$(choose_mlx)}
case $what in
dev) purpose=" and the tools of the checks" ;;
*) purpose= ;;
esac
say "installing mlxtop${mlx:+, MLX for $mlx}$purpose into .venv (minutes the first time, once)"
if ! install "$mlx"; then
    case $mlx in
    cuda*)
        say "MLX for $mlx could not be installed: installing the one for the CPU instead."
        install cpu || fail "the installation failed: see the error above."
        ;;
    *) fail "the installation failed: see the error above." ;;
    esac
fi
renew_mlx || fail "the installation failed: see the error above."
say "ready"
