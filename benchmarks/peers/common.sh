# What the peers' scripts share. A peer lives in benchmarks/target/peers/<name>: its data, its log, and target.properties,
# the file for benchmarks/run --target, which also holds its pid.

set -eu

peers=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
home=$(dirname "$(dirname "$peers")")
name=$(basename "$0")
place=$home/benchmarks/target/peers/$name
file=$place/target.properties
distributions=$home/benchmarks/target/distributions
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# A port that is free now; the system hands out others for a while.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# fetch_archive <group:artifact:version> <directory that it holds>: from Maven Central, once
fetch_archive() {
    [ ! -d "$distributions/$2" ] || return 0
    printf 'Fetching %s …\n' "$1" >&2
    mkdir -p "$distributions"
    (cd "$distributions" && mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
        "-Dartifact=$1:tar.gz:bin" "-DoutputDirectory=$distributions") >&2
    archive=$(printf '%s' "$1" | cut -d: -f2)-${1##*:}-bin.tar.gz
    tar -xzf "$distributions/$archive" -C "$distributions"
    rm -f "$distributions/$archive"
}

# installed <command> <Debian package>: where it is, or a sentence that it is not
installed() {
    PATH=$PATH:/usr/sbin:/usr/lib/rabbitmq/bin command -v "$1" \
        || die "There is no $1 here. On Debian or Ubuntu: sudo apt install $2"
}

# The -Xm options of a JVM, or that it has none
heap_of() {
    options=$(tr '\0' '\n' <"/proc/$1/cmdline" | grep '^-Xm' | tr '\n' ' ')
    printf '%s' "${options:-the heap of the JVM}"
}

# wait_for_port <port> <pid>: until it answers or the process is gone
wait_for_port() {
    for _ in $(seq 600); do
        kill -0 "$2" 2>/dev/null || die "$name ended while it started; see $place/log"
        if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
        sleep 0.1
    done
    die "$name does not listen on port $1 after 60 s; see $place/log"
}

pid_of_peer() { sed -n 's/^pid=//p' "$file" 2>/dev/null; }

is_running() {
    pid=$(pid_of_peer)
    [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null
}

# What else a script has started, once its broker is gone; it may define this anew.
stop_more() { :; }

stop_peer() {
    is_running || { printf '%s does not run\n' "$name"; return 0; }
    kill "$pid"
    for _ in $(seq 300); do
        kill -0 "$pid" 2>/dev/null || { stop_more; rm -f "$file"; printf '%s has stopped\n' "$name"; return 0; }
        sleep 0.1
    done
    die "$name, pid $pid, does not stop"
}

# Calls start_peer, which the script defines; it writes the file.
peer() {
    case ${1:-} in
        start)
            is_running && die "$name runs already, pid $pid"
            rm -rf "$place"
            mkdir -p "$place"
            start_peer "$@"
            cat "$file"
            printf 'measure it with: benchmarks/run --target %s\n' "${file#"$home"/}"
            ;;
        stop) stop_peer ;;
        *) die "usage: benchmarks/peers/$name start [port …] | stop" ;;
    esac
}
