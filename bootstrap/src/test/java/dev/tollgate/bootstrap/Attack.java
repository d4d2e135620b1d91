package dev.tollgate.bootstrap;

/// What a stranger does to a port.
interface Attack {
  void on(int port) throws Exception;
}
