package dev.tollgate.http.ops;

import java.util.Map;

/// Names of the process's own metrics as Prometheus writes them. Those that the library gives them
/// are in mixed case, and end as histograms do.
final class MetricNames {
  private static final Map<String, String> USUAL =
      Map.ofEntries(
          Map.entry("classloader_loadedClasses_count", "jvm_classes_loaded"),
          Map.entry("classloader_loadedClasses_total", "jvm_classes_loaded_total"),
          Map.entry("classloader_unloadedClasses_total", "jvm_classes_unloaded_total"),
          Map.entry("cpu_availableProcessors", "process_cpus_available"),
          Map.entry("cpu_systemLoadAverage", "system_load_average"),
          Map.entry("gc_time_seconds_total", "jvm_gc_seconds_total"),
          Map.entry("gc_total", "jvm_gc_runs_total"),
          Map.entry("memory_committedHeap_bytes", "jvm_heap_committed_bytes"),
          Map.entry("memory_maxHeap_bytes", "jvm_heap_max_bytes"),
          Map.entry("memory_usedHeap_bytes", "jvm_heap_used_bytes"),
          Map.entry("thread_count", "jvm_threads"),
          Map.entry("thread_daemon_count", "jvm_threads_daemon"),
          Map.entry("thread_max_count", "jvm_threads_peak"),
          Map.entry("thread_starts", "jvm_threads_started"));

  private MetricNames() {}

  /// @param text in Prometheus' format
  static String usual(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.lines().forEach(line -> out.append(line(line)).append('\n'));
    return out.toString();
  }

  private static String line(String line) {
    boolean comment = line.startsWith("# HELP ") || line.startsWith("# TYPE ");
    int from = comment ? "# HELP ".length() : 0;
    int to = from;
    while (to < line.length() && line.charAt(to) != ' ' && line.charAt(to) != '{') {
      to++;
    }
    String usual = USUAL.get(line.substring(from, to));
    return usual == null ? line : line.substring(0, from) + usual + line.substring(to);
  }
}
