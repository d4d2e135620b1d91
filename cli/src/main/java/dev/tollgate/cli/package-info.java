/// The command line of a user: [dev.tollgate.cli.TollgateCommand] is the root and
/// [dev.tollgate.cli.ChatCommand] talks to a gateway as any other client would. Answers go to
/// stdout, everything else to stderr. Nothing here knows the server; bootstrap adds the commands
/// that start one.
@NullMarked
package dev.tollgate.cli;

import org.jspecify.annotations.NullMarked;
