package dev.tollgate.bootstrap;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Signals that arrive while the program is stopping. The first one starts the shutdown hooks, as
/// always; the JDK ignores those that follow. `sun.misc.Signal` is the only way to hear them, and
/// is reached by name, since the compiler warns of it.
final class Signals {
  private static final Logger LOG = System.getLogger(Signals.class.getName());
  private static final List<String> NAMES = List.of("INT", "TERM");

  private Signals() {}

  /// Runs the action when a second signal asks the program to stop.
  static void onSecond(Runnable action) {
    AtomicInteger heard = new AtomicInteger();
    InvocationHandler handler =
        (_, method, _) -> {
          if (method.getName().equals("handle")) {
            if (heard.incrementAndGet() == 1) {
              Thread.ofPlatform().name("exit").start(() -> Runtime.getRuntime().exit(0));
            } else {
              action.run();
            }
          }
          return null;
        };
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> type = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {type}, handler);
      for (String name : NAMES) {
        Object named = signal.getConstructor(String.class).newInstance(name);
        signal.getMethod("handle", signal, type).invoke(null, named, proxy);
      }
    } catch (ReflectiveOperationException e) {
      LOG.log(Level.DEBUG, "A second signal will not be heard.", e);
    }
  }
}
