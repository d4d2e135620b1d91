#!/bin/sh
# Tests tollgate, .mvn/find-jdk.sh and the JDK part of mvnw with fake JDKs and a fake Maven.
#
#   sh launcher-test.sh [repository root]
#
# The scripts are run by every one of sh, bash and busybox that is there; LAUNCHER_TEST_SHELL="bash --posix"
# picks one. Prints "ok - name" or "not ok - name" and ends with status 1 if any failed.

set -u
unset CDPATH
root=$(cd "${1:-$(dirname "$0")/../../../..}" && pwd -P) || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/tollgate launcher.XXXXXX") || exit 1
work=$(cd "$work" && pwd -P)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
passed=0 failed=0

# --- results ---

ok() {
  passed=$((passed + 1))
  printf 'ok - %s: %s\n' "$shell_name" "$1"
}

not_ok() {
  failed=$((failed + 1))
  printf 'not ok - %s: %s\n' "$shell_name" "$1"
  shift
  printf '  # %s\n' "$@"
  sed 's/^/  # stdout: /' "$work/out"
  sed 's/^/  # stderr: /' "$work/err"
}

# check NAME ACTUAL EXPECTED
check() {
  if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "expected: $3" "but was:  $2"; fi
}

# check_has NAME TEXT PART
check_has() {
  case $2 in
  *"$3"*) ok "$1" ;;
  *) not_ok "$1" "does not contain: $3" "text: $2" ;;
  esac
}

# check_lacks NAME TEXT PART
check_lacks() {
  case $2 in
  *"$3"*) not_ok "$1" "contains: $3" ;;
  *) ok "$1" ;;
  esac
}

# check_true NAME COMMAND...
check_true() {
  name=$1
  shift
  if "$@"; then ok "$name"; else not_ok "$name" "false: $*"; fi
}

# --- a world of its own: no java of this machine on the PATH, an empty home ---

tools=$work/tools
home=$work/home
mkdir "$tools" "$home"
for tool in awk bash cat chmod cut date dirname basename du env find grep head id ls mkdir mktemp mv \
  ps readlink rm rmdir sed sh sleep tail touch tr uname wc; do
  found=$(command -v "$tool") && case $found in /*) ln -s "$found" "$tools/$tool" ;; esac
done

# make_jdk FOLDER VERSION [no-javac] [no-release]
make_jdk() {
  mkdir -p "$1/bin"
  cat >"$1/bin/java" <<END
#!/bin/sh
if [ "\${1-}" = -version ]; then
  echo 'Picked up JAVA_TOOL_OPTIONS: -Dx="y"' >&2
  echo 'openjdk version "$2" 2025-09-16' >&2
  exit 0
fi
echo "java=\$0"
echo "pid=\$\$"
for argument in "\$@"; do printf '<%s>\n' "\$argument"; done
[ -z "\${STUB_STDIN-}" ] || cat
if [ -n "\${STUB_WAIT-}" ]; then
  trap 'exit 42' TERM
  echo ready
  while :; do sleep 1; done
fi
exit "\${STUB_STATUS:-0}"
END
  printf '#!/bin/sh\necho javac "$@"\n' >"$1/bin/javac"
  chmod +x "$1/bin/java" "$1/bin/javac"
  printf 'IMPLEMENTOR="Nobody"\nJAVA_RUNTIME_VERSION="99"\nJAVA_VERSION="%s"\nJAVA_VERSION_DATE="2025-09-16"\n' "$2" >"$1/release"
  case "${3-} ${4-}" in *no-javac*) rm "$1/bin/javac" ;; esac
  case "${3-} ${4-}" in *no-release*) rm "$1/release" ;; esac
}

jdks=$work/some\ jdks
make_jdk "$jdks/old/jdk-17" 17.0.15
make_jdk "$jdks/old/jdk-8" 1.8.0_452
make_jdk "$jdks/new/a-jdk-27" 27
make_jdk "$jdks/new/b-jdk-26" 26.0.1
make_jdk "$jdks/both/a-jdk-26" 26.0.1
make_jdk "$jdks/both/b-jdk-25" 25.0.3
make_jdk "$jdks/jre/jre-25" 25.0.3 no-javac
make_jdk "$jdks/early/jdk-25" 25-ea
make_jdk "$jdks/bare/jdk-25" 25.0.2 no-release
make_jdk "$jdks/mac/temurin-25.jdk/Contents/Home" 25.0.3
make_jdk "$jdks/brew/openjdk@25/libexec/openjdk.jdk/Contents/Home" 25.0.3
mkdir -p "$jdks/none" "$jdks/empty/jdk"

# /bin-like folders whose java is a symlink, as the alternatives system of Debian makes them.
mkdir -p "$work/path-25" "$work/path-26" "$work/path-17" "$work/alternatives"
ln -s "$jdks/both/b-jdk-25/bin/java" "$work/alternatives/java"
ln -s ../alternatives/java "$work/path-25/java"
ln -s "$jdks/both/a-jdk-26/bin/java" "$work/path-26/java"
ln -s "$jdks/old/jdk-17/bin/java" "$work/path-17/java"

cat >"$work/probe.sh" <<'END'
set -euf
IFS=/
. "$1" || exit $?
printf 'home=%s\n' "$JAVA_HOME"
printf 'exported=%s\n' "$(env | grep -c '^JAVA_HOME=')"
case $- in *f*e* | *e*f*) echo flags=kept ;; *) echo "flags=$-" ;; esac
printf 'ifs=%s\n' "$IFS"
printf 'left=%s\n' "$(set | grep -c -e '^jdk_' -e '^tollgate_jdk_')"
END

# run [NAME=VALUE...] COMMAND...: fills $status, $out and $err
run() {
  status=0
  env -i PATH="$tools" HOME="$home" TOLLGATE_JDK_SEARCH_ROOTS="$jdks/none" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
  out=$(cat "$work/out")
  err=$(cat "$work/err")
}

# find_jdk [NAME=VALUE...]: fills $home_found too
find_jdk() {
  # shellcheck disable=SC2086 # "bash --posix" is two words
  run "$@" $shell "$work/probe.sh" "$root/.mvn/find-jdk.sh"
  home_found=$(sed -n 's/^home=//p' "$work/out")
}

# --- .mvn/find-jdk.sh ---

test_find_jdk() {
  find_jdk JAVA_HOME="$jdks/old/jdk-17" TOLLGATE_JDK_SEARCH_ROOTS="$jdks/both"
  check "an old JAVA_HOME is skipped" "$home_found" "$jdks/both/b-jdk-25"
  check "... silently" "$err" ""
  check_has "JAVA_HOME is exported" "$out" "exported=1"
  check_has "the caller's shell options are kept" "$out" "flags=kept"
  check_has "the caller's IFS is kept" "$out" "ifs=/"
  check_has "no variable or function is left behind" "$out" "left=0"

  find_jdk JAVA_HOME="$jdks/new/b-jdk-26" TOLLGATE_JDK_SEARCH_ROOTS="$jdks/both"
  check "a JAVA_HOME that is new enough is taken" "$home_found" "$jdks/new/b-jdk-26"
  find_jdk JAVA_HOME="$jdks/jre/jre-25" TOLLGATE_JDK_SEARCH_ROOTS="$jdks/both"
  check "a JAVA_HOME without javac is skipped" "$home_found" "$jdks/both/b-jdk-25"
  find_jdk JAVA_HOME="$jdks/nowhere" TOLLGATE_JDK_SEARCH_ROOTS="$jdks/both"
  check "a JAVA_HOME that does not exist is skipped" "$home_found" "$jdks/both/b-jdk-25"

  find_jdk TOLLGATE_JAVA_HOME="$jdks/new/a-jdk-27" JAVA_HOME="$jdks/both/b-jdk-25"
  check "TOLLGATE_JAVA_HOME comes before JAVA_HOME" "$home_found" "$jdks/new/a-jdk-27"
  find_jdk TOLLGATE_JAVA_HOME="$jdks/old/jdk-17" JAVA_HOME="$jdks/both/b-jdk-25"
  check "an old TOLLGATE_JAVA_HOME is an error" "$status" 69
  check_has "... that says what was found" "$err" "$jdks/old/jdk-17 does not fit: it holds Java 17;"
  find_jdk TOLLGATE_JAVA_HOME="$jdks/old/jdk-8"
  check_has "1.8 is Java 8" "$err" "it holds Java 8;"
  find_jdk TOLLGATE_JAVA_HOME="$jdks/jre/jre-25"
  check "a TOLLGATE_JAVA_HOME without javac is an error" "$status" 69
  check_has "... that says so" "$err" "Java 25 (a runtime without javac)"
  find_jdk TOLLGATE_JAVA_HOME="$jdks/nowhere"
  check_has "a TOLLGATE_JAVA_HOME that does not exist is an error" "$status $err" "69 TOLLGATE_JAVA_HOME=$jdks/nowhere does not fit: there is no such folder"
  find_jdk TOLLGATE_JAVA_HOME="$jdks/empty/jdk"
  check_has "a TOLLGATE_JAVA_HOME that is no JDK is an error" "$status $err" "69 TOLLGATE_JAVA_HOME=$jdks/empty/jdk does not fit: that folder has no bin/java"

  find_jdk PATH="$work/path-25:$tools"
  check "the java on the PATH is found through symlinks" "$home_found" "$jdks/both/b-jdk-25"
  find_jdk PATH="$work/path-17::$work/path-25:$tools"
  check "a later java on the PATH is found, too" "$home_found" "$jdks/both/b-jdk-25"
  find_jdk PATH="$work/path-26:$tools" TOLLGATE_JDK_SEARCH_ROOTS="$jdks/both"
  check "25 in a folder is preferred to 26 on the PATH" "$home_found" "$jdks/both/b-jdk-25"

  find_jdk TOLLGATE_JDK_SEARCH_ROOTS="$jdks/old:$jdks/both"
  check "25 is preferred to 26" "$home_found" "$jdks/both/b-jdk-25"
  find_jdk TOLLGATE_JDK_SEARCH_ROOTS="$jdks/new"
  check "the lowest is taken if there is no 25" "$home_found" "$jdks/new/b-jdk-26"
  find_jdk TOLLGATE_JDK_SEARCH_ROOTS="$jdks/mac"
  check "the layout of macOS is known" "$home_found" "$jdks/mac/temurin-25.jdk/Contents/Home"
  find_jdk TOLLGATE_JDK_SEARCH_ROOTS="$jdks/brew"
  check "the layout of Homebrew is known" "$home_found" "$jdks/brew/openjdk@25/libexec/openjdk.jdk/Contents/Home"
  find_jdk TOLLGATE_JDK_SEARCH_ROOTS="$jdks/early"
  check "an early-access 25 will do" "$home_found" "$jdks/early/jdk-25"
  find_jdk TOLLGATE_JDK_SEARCH_ROOTS="$jdks/bare"
  check "without a release file java is asked" "$home_found" "$jdks/bare/jdk-25"

  find_jdk JAVA_HOME="$jdks/old/jdk-17"
  check "nothing found: the status is 69" "$status" 69
  check "... there are two lines" "$(printf '%s\n' "$err" | wc -l | tr -d ' ')" 2
  check_has "... with the cause" "$err" "newest found: Java 17 in $jdks/old/jdk-17"
  check_has "... and an install command" "$err" "Install one with: "
  find_jdk TOLLGATE_JDK_SEARCH_ROOTS="$jdks/jre"
  check_has "a runtime alone is not enough" "$status $err" "newest found: Java 25 (a runtime without javac)"
}

# hint NAME EXPECTED LINE...: what is advised on a system with these lines in its os-release
hint() {
  hint_name=$1 hint_part=$2
  shift 2
  printf '%s\n' "$@" >"$work/os-release"
  find_jdk PATH="$hint_path" TOLLGATE_JDK_OS_RELEASE="$work/os-release"
  check_has "advice for $hint_name" "$status $err" "$hint_part"
}

test_hints() {
  mkdir -p "$work/linux" "$work/darwin" "$work/brew"
  printf '#!/bin/sh\necho Linux\n' >"$work/linux/uname"
  printf '#!/bin/sh\necho Darwin\n' >"$work/darwin/uname"
  printf '#!/bin/sh\nexit 1\n' >"$work/brew/brew"
  cp "$work/brew/brew" "$work/linux/dnf"
  chmod +x "$work"/linux/* "$work"/darwin/* "$work"/brew/*

  hint_path="$work/linux:$tools"
  hint "Debian 13" "apt-get install -y openjdk-25-jdk-headless" ID=debian VERSION_ID=13 VERSION_CODENAME=trixie
  hint "Debian 12" "deb bookworm main" ID=debian VERSION_ID=12 VERSION_CODENAME=bookworm
  check_has "... is Temurin" "$err" "apt-get install -y temurin-25-jdk"
  hint "Ubuntu 24.04" "apt-get install -y openjdk-25-jdk-headless" ID=ubuntu ID_LIKE=debian VERSION_CODENAME=noble UBUNTU_CODENAME=noble
  hint "Mint" "apt-get install -y openjdk-25-jdk-headless" ID=linuxmint 'ID_LIKE="ubuntu debian"' VERSION_CODENAME=wilma UBUNTU_CODENAME=noble
  hint "Fedora" "dnf install -y java-25-openjdk-devel" ID=fedora VERSION_ID=43
  hint "Rocky 9" "dnf install -y java-25-openjdk-devel" ID=rocky 'ID_LIKE="rhel centos fedora"' VERSION_ID=9.7
  hint "Amazon Linux" "dnf install -y java-25-amazon-corretto-devel" ID=amzn ID_LIKE=fedora VERSION_ID=2023
  hint "Alpine 3.23" "apk add openjdk25" ID=alpine VERSION_ID=3.23.1
  hint "Alpine 3.20" "apk add temurin-25-jdk" ID=alpine VERSION_ID=3.20.3
  hint "Arch" "pacman -S jdk25-openjdk" ID=arch
  hint "openSUSE Tumbleweed" "zypper install java-25-openjdk-devel" ID=opensuse-tumbleweed 'ID_LIKE="opensuse suse"' VERSION_ID=20261101
  hint "CentOS 7" "sdk install java 25-tem" ID=centos 'ID_LIKE="rhel fedora"' VERSION_ID=7
  hint "an unknown system with dnf" "sdk install java 25-tem" ID=somethingelse
  hint_path="$work/darwin:$work/brew:$tools"
  hint "macOS with Homebrew" "brew install openjdk@25"
  hint_path="$work/darwin:$tools"
  hint "macOS without Homebrew" "sdk install java 25-tem"
}

# --- mvnw ---

test_mvnw() {
  mkdir -p "$work/maven tree/.mvn/wrapper"
  cp "$root/mvnw" "$work/maven tree/"
  cp "$root/.mvn/find-jdk.sh" "$work/maven tree/.mvn/"
  cp "$root/.mvn/wrapper/maven-wrapper.properties" "$work/maven tree/.mvn/wrapper/"
  # shellcheck disable=SC2086
  run JAVA_HOME="$jdks/old/jdk-17" $shell "$work/maven tree/mvnw" -v
  check "mvnw without a JDK ends with 69" "$status" 69
  check_has "... and says how to install one" "$err" "Install one with: "
}

# --- tollgate ---

# A source tree with a Maven that is told by files what to do: slow, fail, broken.
make_tree() {
  rm -rf "$tree"
  mkdir -p "$tree/.mvn" "$tree/bootstrap/src/main/java" "$tree/domain/src/main/java" "$tree/bootstrap/target"
  cp "$root/tollgate" "$tree/tollgate"
  cp "$root/.mvn/find-jdk.sh" "$tree/.mvn/"
  echo '<project/>' >"$tree/pom.xml"
  echo '<project/>' >"$tree/bootstrap/pom.xml"
  echo 'class A {}' >"$tree/domain/src/main/java/A.java"
  cat >"$tree/mvnw" <<'END'
#!/bin/sh
cd "$(dirname "$0")" || exit 1
echo "$@" >>calls
echo "[INFO] Reactor Build Order:"
echo "[INFO] Building Tollgate domain 0.1.0-SNAPSHOT                  [1/2]"
if [ -f fail ]; then
  echo "[ERROR] COMPILATION ERROR : "
  echo "[ERROR] A.java:[1,1] class expected"
  echo "[ERROR] "
  echo "[ERROR] A.java:[1,1] class expected"
  echo "[ERROR] -> [Help 1]"
  echo "[ERROR] [Help 1] http://cwiki.apache.org/"
  echo "[ERROR]   mvn <args> -rf :domain"
  exit 1
fi
trap 'echo stopped >stopped; exit 1' TERM
if [ -f slow ]; then sleep 1; sleep 1; sleep 1; fi
echo "[INFO] Building jar: tollgate.jar"
echo "[INFO] Building Tollgate program 0.1.0-SNAPSHOT                 [2/2]"
[ -f broken ] || echo jar >bootstrap/target/tollgate.jar
END
  # Old enough that whatever is touched later is newer, on any file system.
  find "$tree" -exec touch -t 202001010000 {} +
}

tollgate() {
  run JAVA_HOME="$jdks/both/b-jdk-25" "$@"
}

calls() { if [ -f "$tree/calls" ]; then wc -l <"$tree/calls" | tr -d ' '; else echo 0; fi; }

# Starts the launcher in the background: $pid.
start() {
  : >"$work/out"
  : >"$work/err"
  env -i PATH="$tools" HOME="$home" JAVA_HOME="$jdks/both/b-jdk-25" "$@" >"$work/out" 2>"$work/err" </dev/null &
  pid=$!
}

# Waits until a file has a text, at most 20 s.
await() {
  tries=0
  until grep -q "$2" "$1" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 20 ] || return 1
    sleep 1
  done
}

# shellcheck disable=SC2016,SC2086
test_launch() {
  tree=$work/a\ tree
  make_tree
  echo jar >"$tree/bootstrap/target/tollgate.jar"
  common="<--sun-misc-unsafe-memory-access=allow>
<--enable-native-access=ALL-UNNAMED>"
  jar="<-jar>
<$tree/bootstrap/target/tollgate.jar>"

  tollgate $shell "$tree/tollgate" chat '' 'a  b' "it's" 'say "hi"' '*' '$HOME \n' '--x=y z' -v
  check "arguments go through unchanged" "$(printf '%s\n' "$out" | sed '1,2d')" "<-XX:+UseSerialGC>
<-XX:TieredStopAtLevel=1>
<-Xshare:auto>
$common
$jar
<chat>
<>
<a  b>
<it's>
<say \"hi\">
<*>
<\$HOME \\n>
<--x=y z>
<-v>"
  check "a jar that is newer than the sources is not built" "$(calls) $status $err" "0 0 "

  tollgate $shell "$tree/tollgate"
  check "no arguments stay no arguments" "$(printf '%s\n' "$out" | tail -n 2)" "$jar"

  tollgate $shell "$tree/tollgate" dev --port 1
  check "the server gets a heap limit and G1" "$(printf '%s\n' "$out" | sed '1,2d')" "<-XX:+UseG1GC>
<-XX:+ExitOnOutOfMemoryError>
<-Xmx1g>
$common
$jar
<dev>
<--port>
<1>"
  tollgate TOLLGATE_HEAP=3g TOLLGATE_JAVA_OPTS='-Da=1  -Db=/*' $shell "$tree/tollgate" --verbose serve
  check_has "the heap limit can be set" "$out" "<-Xmx3g>"
  check_has "options for java are appended and split" "$out" "<--enable-native-access=ALL-UNNAMED>
<-Da=1>
<-Db=/*>
$jar
<--verbose>
<serve>"

  tollgate STUB_STATUS=7 $shell "$tree/tollgate" version
  check "the status is java's" "$status" 7

  start STUB_WAIT=1 $shell "$tree/tollgate" dev
  await "$work/out" '^ready'
  check "java runs under the pid of the launcher" "$(sed -n 's/^pid=//p' "$work/out")" "$pid"
  kill -TERM "$pid"
  status=0
  wait "$pid" || status=$?
  check "a signal reaches java" "$status" 42

  mkdir -p "$work/bin" "$work/elsewhere"
  : >"$work/elsewhere/-Dc=x"
  ln -sf "$tree/tollgate" "$work/bin/tollgate-1"
  ln -sf tollgate-1 "$work/bin/tollgate-2"
  cd "$work/elsewhere" || exit 1
  tollgate TOLLGATE_JAVA_OPTS='-Dc=*' $shell ../bin/tollgate-2 help
  check_has "it works through symlinks and from another folder" "$out" "$jar
<help>"
  check_has "an option for java is no file pattern" "$out" "<-Dc=*>"
  cd "$root" || exit 1

  tollgate JAVA_HOME="$jdks/old/jdk-17" $shell "$tree/tollgate" dev
  check "without a JDK the status is 69" "$status" 69
  check_has "... and the advice is printed" "$err" "Install one with: "
}

# shellcheck disable=SC2086
test_distribution() {
  dist=$work/a\ distribution
  rm -rf "$dist"
  mkdir -p "$dist/lib"
  cp "$root/tollgate" "$dist/"
  tollgate $shell "$dist/tollgate" help
  check "nothing to start: the status is 70" "$status" 70
  check_has "... and the message says what is missing" "$err" "$dist/lib/tollgate.jar"
  echo jar >"$dist/lib/tollgate.jar"
  cp "$root/.mvn/find-jdk.sh" "$dist/lib/"
  tollgate JAVA_HOME="$jdks/jre/jre-25" $shell "$dist/tollgate" help
  check "an installed distribution starts its jar, with a runtime only" "$(printf '%s\n' "$out" | sed -n '1p;$p')" "java=$jdks/jre/jre-25/bin/java
<help>"
  check_has "... from lib" "$out" "<$dist/lib/tollgate.jar>"
}

# shellcheck disable=SC2086
test_build() {
  tree=$work/a\ tree
  stamp=$tree/bootstrap/target/.tollgate-built
  make_tree

  tollgate TOLLGATE_NO_BUILD=1 $shell "$tree/tollgate" help
  check "nothing is built if that is not wanted" "$(calls) $status" "0 70"

  printf 'one\ntwo' >"$work/in"
  env -i PATH="$tools" HOME="$home" JAVA_HOME="$jdks/both/b-jdk-25" STUB_STDIN=1 \
    $shell "$tree/tollgate" chat >"$work/out" 2>"$work/err" <"$work/in"
  err=$(cat "$work/err")
  check "a missing jar is built" "$(cat "$tree/calls")" "-B -ntp -Dquick -DskipTests package"
  check_has "... with a notice on stderr" "$err" "Building Tollgate (first time: several minutes, downloads about "
  check_has "... and the modules" "$err" "  [1/2] Tollgate domain 0.1.0-SNAPSHOT ("
  check_has "... each of them" "$err" "  [2/2] Tollgate program 0.1.0-SNAPSHOT ("
  check "... and nothing else" "$(grep -c . "$work/err")" 4
  check "stdin and stdout belong to the program" "$(sed -n '1s/=.*//p;/^<chat>/,$p' "$work/out")" "java
<chat>
one
two"
  check_true "the lock is released" [ ! -e "$tree/target/build.lock" ]

  tollgate $shell "$tree/tollgate" help
  check "the second start does not build" "$(calls)" 1
  rm "$stamp"
  tollgate $shell "$tree/tollgate" help
  check "a jar that Maven built without the launcher will do" "$(calls)" 1

  touch -t 202001020000 "$stamp"
  touch "$tree/domain/src/main/java/A.java"
  tollgate $shell "$tree/tollgate" help
  check "a newer source is built" "$(calls)" 2
  check_has "... and the notice says why" "$err" "Building Tollgate (the sources have changed) ..."

  find "$tree/domain" -exec touch -t 202001010000 {} +
  touch -t 202001020000 "$stamp"
  touch "$tree/pom.xml"
  tollgate $shell "$tree/tollgate" help
  check "a newer pom is built" "$(calls)" 3
  touch -t 202001010000 "$tree/pom.xml"
  touch -t 202001020000 "$stamp"
  rm "$tree/domain/src/main/java/A.java"
  tollgate $shell "$tree/tollgate" help
  check "a deleted source is built" "$(calls)" 4

  # An edit in the middle of a build must be seen by the next start.
  make_tree
  touch "$tree/slow"
  start $shell "$tree/tollgate" help
  await "$work/err" '1/2'
  echo 'class B {}' >"$tree/domain/src/main/java/B.java"
  wait "$pid"
  rm "$tree/slow"
  tollgate $shell "$tree/tollgate" help
  check "an edit during the build is built by the next start" "$(calls)" 2

  make_tree
  touch "$tree/fail"
  tollgate $shell "$tree/tollgate" help
  check "a failed build: the status is 70" "$status" 70
  check_has "... the error is shown once" "$err" "COMPILATION ERROR : 
A.java:[1,1] class expected
The build failed after "
  check_has "... and the log is named" "$err" "$tree/target/build.log"
  check "... nothing is started" "$out" ""
  check_true "... the lock is released" [ ! -e "$tree/target/build.lock" ]
  check_true "... there is no stamp" [ ! -e "$stamp" ]
  mv "$tree/fail" "$tree/broken"
  tollgate $shell "$tree/tollgate" help
  check "a build without a jar is a failure, too" "$status" 70
}

# shellcheck disable=SC2086
test_lock() {
  tree=$work/a\ tree
  make_tree
  touch "$tree/slow"
  pids=
  for number in 1 2 3; do
    env -i PATH="$tools" HOME="$home" JAVA_HOME="$jdks/both/b-jdk-25" \
      $shell "$tree/tollgate" help >"$work/out.$number" 2>"$work/err.$number" </dev/null &
    pids="$pids $!"
  done
  for pid in $pids; do wait "$pid"; done
  check "launchers that start at once build once" "$(calls)" 1
  check "... the others say that they wait" "$(cat "$work"/err.* | grep -c 'is building; waiting for it ...')" 2
  check "... and all of them start" "$(cat "$work"/out.* | grep -c '^<help>')" 3

  make_tree
  mkdir -p "$tree/target/build.lock"
  sh -c 'echo $$' >"$tree/target/build.lock/pid"
  tollgate $shell "$tree/tollgate" help
  check "the lock of a dead launcher is taken over" "$(calls) $status" "1 0"
  check_lacks "... at once" "$err" "waiting"

  make_tree
  mkdir -p "$tree/target/build.lock"
  tollgate $shell "$tree/tollgate" help
  check "a lock without a pid is taken over after a while" "$(calls) $status" "1 0"

  make_tree
  touch "$tree/slow"
  start $shell "$tree/tollgate" help
  await "$work/err" '1/2'
  kill -TERM "$pid"
  status=0
  wait "$pid" || status=$?
  check "a build can be interrupted" "$status" 143
  check_true "... Maven is stopped" [ -f "$tree/stopped" ]
  check_true "... the lock is released" [ ! -e "$tree/target/build.lock" ]
  check "... nothing is started" "$(cat "$work/out")" ""
}

# --- all of it, in each shell ---

# Without a choice every shell is tested by a process of its own, all at the same time: they mostly sleep.
if [ -z "${LAUNCHER_TEST_SHELL-}" ]; then
  pids='' number=0
  for shell in sh "bash --posix" "busybox sh"; do
    command -v "${shell%% *}" >/dev/null 2>&1 || continue
    number=$((number + 1))
    LAUNCHER_TEST_SHELL=$shell sh "$0" "$root" >"$work/report.$number" 2>&1 &
    pids="$pids $!"
  done
  for pid in $pids; do wait "$pid" || failed=1; done
  cat "$work"/report.*
  exit "$failed"
fi

shell=$LAUNCHER_TEST_SHELL shell_name=$LAUNCHER_TEST_SHELL
[ "${shell%% *}" != busybox ] || ln -s "$(command -v busybox)" "$tools/busybox"
: >"$work/out"
: >"$work/err"
test_find_jdk
test_hints
test_mvnw
test_launch
test_distribution
test_build
test_lock
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
