-- What nodes of two versions before called. A node of the version before that starts again brings its copy back, which nobody calls.
drop function if exists tollgate.flush;
