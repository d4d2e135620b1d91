# shellcheck shell=sh
# Finds a JDK 25 or newer and exports JAVA_HOME. Made to be sourced:
#
#   . "$dir/.mvn/find-jdk.sh" || exit $?
#
# Where it looks:
#   1. TOLLGATE_JAVA_HOME: taken, or an error if it does not fit
#   2. JAVA_HOME:          taken if it fits, otherwise passed over silently
#   3. every java on the PATH, then the usual folders of Linux distributions, macOS, Homebrew,
#      sdkman, mise, asdf and jenv: the lowest version that fits wins, so 25 before 26
#
# The version comes from the JDK's "release" file; java is started only where that file is missing.
# If nothing fits, two lines go to stderr (what is wrong, how to install a JDK on this system) and the
# status is 69 (EX_UNAVAILABLE).
#
# tollgate_jdk_tool: set it to "java" before sourcing if a runtime without compiler will do.
#
# For tests only:
#   TOLLGATE_JDK_SEARCH_ROOTS  folders that hold JDK folders, separated by colons; replaces the folders
#                              of point 3 (JAVA_HOME and the PATH are still looked at)
#   TOLLGATE_JDK_OS_RELEASE    a file to read instead of /etc/os-release

# Sets jdk_version to the feature version (8, 17, 25 ...) of the Java in folder $1, 0 if unknown.
tollgate_jdk_version() {
  jdk_version=
  if [ -r "$1/release" ]; then
    while IFS= read -r jdk_line || [ -n "$jdk_line" ]; do
      case $jdk_line in
      JAVA_VERSION=*)
        jdk_version=${jdk_line#JAVA_VERSION=}
        break
        ;;
      esac
    done <"$1/release"
  fi
  # /usr/bin/java of macOS is only a stub, and asks the user to install something if it is started.
  if [ -z "$jdk_version" ] && [ "$(uname -s):${1%/}" != Darwin:/usr ]; then
    jdk_version=$("$1/bin/java" -version 2>&1 </dev/null | sed -n 's/^[^"]* version "\([^"]*\)".*/\1/p' | sed -n 1p)
  fi
  jdk_version=${jdk_version#\"}
  jdk_version=${jdk_version#1.}
  jdk_version=${jdk_version%%[!0-9]*}
  jdk_version=${jdk_version:-0}
}

# Looks at one folder (also in the layouts that macOS and Homebrew put around a JDK) and remembers it
# if it is the best so far. True if it fits.
tollgate_jdk_consider() {
  for jdk_home in "$1" "$1/Contents/Home" "$1/libexec/openjdk.jdk/Contents/Home" "$1/libexec"; do
    if [ -x "$jdk_home/bin/java" ] && [ ! -d "$jdk_home/bin/java" ]; then
      tollgate_jdk_version "$jdk_home"
      if [ "$jdk_version" -lt 25 ]; then
        jdk_flaw=
      elif [ ! -x "$jdk_home/bin/$jdk_tool" ]; then
        jdk_flaw=" (a runtime without $jdk_tool)"
      else
        if [ -z "$jdk_best" ] || [ "$jdk_version" -lt "$jdk_best" ]; then
          jdk_best=$jdk_version
          jdk_best_home=$jdk_home
        fi
        return 0
      fi
      if [ "$jdk_version" -gt "$jdk_seen" ]; then
        jdk_seen=$jdk_version
        jdk_seen_home=$jdk_home
        jdk_seen_text="Java $jdk_version$jdk_flaw"
        [ "$jdk_version" != 0 ] || jdk_seen_text="a Java of unknown version"
      fi
    fi
  done
  return 1
}

tollgate_jdk_on_path() {
  set -f
  IFS=:
  for jdk_entry in $PATH; do
    jdk_file=$jdk_entry/java
    if [ -z "$jdk_entry" ] || [ ! -x "$jdk_file" ] || [ -d "$jdk_file" ]; then
      continue
    fi
    # /usr/bin/java -> /etc/alternatives/java -> the JDK; the bound is for links that go in circles.
    jdk_hops=0
    while [ -L "$jdk_file" ] && [ "$jdk_hops" -lt 40 ]; do
      jdk_link=$(readlink "$jdk_file") || break
      case $jdk_link in
      /*) jdk_file=$jdk_link ;;
      *) jdk_file=$(dirname "$jdk_file")/$jdk_link ;;
      esac
      jdk_hops=$((jdk_hops + 1))
    done
    if jdk_entry=$(cd -P "$(dirname "$jdk_file")/.." 2>/dev/null && pwd -P); then
      tollgate_jdk_consider "$jdk_entry"
    fi
    [ "$jdk_best" != 25 ] || break
  done
  unset IFS
  set +f
}

tollgate_jdk_in_folders() {
  if [ -n "${TOLLGATE_JDK_SEARCH_ROOTS-}" ]; then
    IFS=:
    set -f
    # shellcheck disable=SC2086 # split at the colons
    set -- $TOLLGATE_JDK_SEARCH_ROOTS
    unset IFS
    set +f
    for jdk_root in "$@"; do
      for jdk_entry in "$jdk_root"/*; do
        tollgate_jdk_consider "$jdk_entry"
        [ "$jdk_best" != 25 ] || return 0
      done
    done
    return 0
  fi
  jdk_user=${HOME:-/nonexistent}
  for jdk_entry in \
    /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/java/* /opt/java/* \
    /opt/jdk* /opt/openjdk* /opt/java* /opt/temurin* /opt/graalvm* \
    /usr/local/openjdk* /usr/local/jdk* /usr/local/lib/jvm/* /snap/openjdk/current/jdk \
    /Library/Java/JavaVirtualMachines/* "$jdk_user"/Library/Java/JavaVirtualMachines/* \
    /opt/homebrew/opt/openjdk* /usr/local/opt/openjdk* \
    /home/linuxbrew/.linuxbrew/opt/openjdk* "$jdk_user"/.linuxbrew/opt/openjdk* \
    "${SDKMAN_DIR:-$jdk_user/.sdkman}"/candidates/java/* \
    "${MISE_DATA_DIR:-${XDG_DATA_HOME:-$jdk_user/.local/share}/mise}"/installs/java/* \
    "${ASDF_DATA_DIR:-$jdk_user/.asdf}"/installs/java/* \
    "${JENV_ROOT:-$jdk_user/.jenv}"/versions/* \
    "$jdk_user"/.jdks/*; do
    tollgate_jdk_consider "$jdk_entry"
    [ "$jdk_best" != 25 ] || return 0
  done
}

# Prints the command that installs a JDK 25 on this system.
tollgate_jdk_install() {
  ID='' ID_LIKE='' VERSION_ID='' VERSION_CODENAME='' UBUNTU_CODENAME='' DEBIAN_CODENAME=''
  jdk_key=https://packages.adoptium.net/artifactory/api/gpg/key/public
  jdk_repo=https://packages.adoptium.net/artifactory
  jdk_release=${TOLLGATE_JDK_OS_RELEASE:-/etc/os-release}
  if [ "$(uname -s)" = Darwin ]; then
    ID=macos
  elif [ -r "$jdk_release" ]; then
    # shellcheck disable=SC1090
    . "$jdk_release"
  fi
  # For root the commands go as they are; otherwise with sudo, longer ones in one shell of root's.
  if [ "$(id -u)" = 0 ]; then
    jdk_sudo='' jdk_begin='' jdk_end=''
  else
    jdk_sudo='sudo ' jdk_begin="sudo sh -c '" jdk_end="'"
  fi

  # The package manager: by the distribution's name, or else by what is installed.
  jdk_manager=
  case " $ID $ID_LIKE " in
  *' macos '*) jdk_manager=brew ;;
  *' debian '* | *' ubuntu '*) jdk_manager=apt-get ;;
  *' fedora '* | *' rhel '* | *' centos '* | *' amzn '*) jdk_manager=dnf ;;
  *' alpine '*) jdk_manager=apk ;;
  *' arch '*) jdk_manager=pacman ;;
  *' suse '* | *' opensuse '* | *' sles '* | *' opensuse-'*) jdk_manager=zypper ;;
  *)
    for jdk_entry in apt-get dnf yum apk pacman zypper brew; do
      if command -v "$jdk_entry" >/dev/null 2>&1; then
        jdk_manager=$jdk_entry
        break
      fi
    done
    ;;
  esac
  if [ "$jdk_manager" = dnf ] && ! command -v dnf >/dev/null 2>&1 && command -v yum >/dev/null 2>&1; then
    jdk_manager=yum
  fi

  jdk_major=${VERSION_ID%%.*}
  case $jdk_manager:$ID in
  apt-get:*)
    jdk_codename=${UBUNTU_CODENAME:-${DEBIAN_CODENAME:-$VERSION_CODENAME}}
    case $jdk_codename in
    # These releases have no OpenJDK 25 of their own.
    buster | bullseye | bookworm | bionic | focal)
      printf '%sapt-get update && apt-get install -y wget ca-certificates && mkdir -p /etc/apt/keyrings && wget -qO /etc/apt/keyrings/adoptium.asc %s && echo "deb [signed-by=/etc/apt/keyrings/adoptium.asc] %s/deb %s main" > /etc/apt/sources.list.d/adoptium.list && apt-get update && apt-get install -y temurin-25-jdk%s\n' \
        "$jdk_begin" "$jdk_key" "$jdk_repo" "$jdk_codename" "$jdk_end"
      ;;
    *) echo "${jdk_sudo}apt-get update && ${jdk_sudo}apt-get install -y openjdk-25-jdk-headless" ;;
    esac
    return
    ;;
  dnf:amzn | yum:amzn)
    if [ "${jdk_major:-0}" -ge 2023 ] 2>/dev/null; then
      echo "${jdk_sudo}$jdk_manager install -y java-25-amazon-corretto-devel"
      return
    fi
    ;;
  dnf:fedora | yum:fedora)
    echo "${jdk_sudo}$jdk_manager install -y java-25-openjdk-devel"
    return
    ;;
  dnf:* | yum:*)
    if [ "${jdk_major:-0}" -ge 9 ] 2>/dev/null; then
      echo "${jdk_sudo}$jdk_manager install -y java-25-openjdk-devel"
      return
    fi
    ;;
  apk:*)
    jdk_minor=${VERSION_ID#*.}
    jdk_minor=${jdk_minor%%[!0-9]*}
    # Alpine has openjdk25 since 3.23; sdkman's builds do not run on its C library.
    if [ "$jdk_major" = 3 ] && [ "${jdk_minor:-23}" -lt 23 ] 2>/dev/null; then
      printf '%swget -qO /etc/apk/keys/adoptium.rsa.pub %s/api/security/keypair/public/repositories/apk && echo %s/apk/alpine/main >> /etc/apk/repositories && apk add temurin-25-jdk%s\n' \
        "$jdk_begin" "$jdk_repo" "$jdk_repo" "$jdk_end"
    else
      echo "${jdk_sudo}apk add openjdk25"
    fi
    return
    ;;
  pacman:*)
    echo "${jdk_sudo}pacman -S jdk25-openjdk"
    return
    ;;
  zypper:*)
    # SUSE 15 has no OpenJDK 25 in its standard repositories.
    if [ "$jdk_major" != 15 ]; then
      echo "${jdk_sudo}zypper install java-25-openjdk-devel"
      return
    fi
    ;;
  brew:*)
    if command -v brew >/dev/null 2>&1; then
      echo "brew install openjdk@25"
      return
    fi
    ;;
  esac
  if [ -r "${SDKMAN_DIR:-${HOME:-/nonexistent}/.sdkman}/bin/sdkman-init.sh" ]; then
    echo "sdk install java 25-tem"
  else
    echo "curl -s https://get.sdkman.io | bash && bash -ic 'sdk install java 25-tem'"
  fi
}

# Prints the home of the JDK. Runs in a command substitution: what it sets does not reach the caller.
tollgate_jdk_find() {
  # The caller may have switched on -e, -u or -f (no globbing), or have changed IFS.
  set +euf
  unset IFS CDPATH
  jdk_tool=${tollgate_jdk_tool:-javac}
  jdk_best='' jdk_best_home='' jdk_seen=-1 jdk_seen_home='' jdk_seen_text=''

  if [ -n "${TOLLGATE_JAVA_HOME-}" ]; then
    if tollgate_jdk_consider "$TOLLGATE_JAVA_HOME"; then
      printf '%s\n' "$jdk_best_home"
      return 0
    fi
    if [ -n "$jdk_seen_text" ]; then
      jdk_found="it holds $jdk_seen_text"
    elif [ -d "$TOLLGATE_JAVA_HOME" ]; then
      jdk_found="that folder has no bin/java"
    else
      jdk_found="there is no such folder"
    fi
    printf '%s\n' "TOLLGATE_JAVA_HOME=$TOLLGATE_JAVA_HOME does not fit: $jdk_found; Tollgate needs Java 25 or newer with bin/$jdk_tool." >&2
    printf '%s\n' "Point it to a JDK 25 or newer, or unset it so that Tollgate looks for one itself." >&2
    return 69
  fi

  if [ -n "${JAVA_HOME-}" ] && tollgate_jdk_consider "$JAVA_HOME"; then
    printf '%s\n' "$jdk_best_home"
    return 0
  fi
  tollgate_jdk_on_path
  [ "$jdk_best" = 25 ] || tollgate_jdk_in_folders
  if [ -n "$jdk_best" ]; then
    printf '%s\n' "$jdk_best_home"
    return 0
  fi

  [ -z "$jdk_seen_text" ] || jdk_seen_text="newest found: $jdk_seen_text in $jdk_seen_home"
  printf '%s\n' "Tollgate needs a JDK 25 or newer; none was found in TOLLGATE_JAVA_HOME, JAVA_HOME, the PATH or the usual folders (${jdk_seen_text:-no Java at all was found})." >&2
  printf '%s\n' "Install one with: $(tollgate_jdk_install)" >&2
  return 69
}

# Removes everything this script has defined, and sets the status of the script.
tollgate_jdk_done() {
  unset -f tollgate_jdk_version tollgate_jdk_consider tollgate_jdk_on_path tollgate_jdk_in_folders \
    tollgate_jdk_install tollgate_jdk_find tollgate_jdk_done
  unset tollgate_jdk_home tollgate_jdk_tool
  return "$1"
}

if tollgate_jdk_home=$(tollgate_jdk_find); then
  JAVA_HOME=$tollgate_jdk_home
  export JAVA_HOME
  tollgate_jdk_done 0
else
  tollgate_jdk_done 69
fi
