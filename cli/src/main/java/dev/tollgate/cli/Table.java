package dev.tollgate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.tollgate.proto.Fields;
import dev.tollgate.proto.Operation;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Answers for people: a list as one row each, one thing as name and value.
final class Table {
  private static final int MOST_COLUMNS = 7;
  private static final String LIST = "data";

  private Table() {}

  static void print(Operation operation, JsonNode answer, PrintStream out) {
    FieldDescriptor data = operation.response().findFieldByName(LIST);
    List<List<String>> rows = data == null ? pairs("", answer) : list(data, answer.path(LIST));
    write(rows, out);
    JsonNode cursor = answer.path("next_cursor");
    if (cursor.isTextual()) {
      out.println("More: --cursor " + cursor.asText());
    }
  }

  private static List<List<String>> pairs(String prefix, JsonNode object) {
    List<List<String>> rows = new ArrayList<>();
    object
        .properties()
        .forEach(
            each -> {
              String name = prefix + each.getKey();
              if (each.getValue().isObject()) {
                rows.addAll(pairs(name + ".", each.getValue()));
              } else if (!each.getValue().isNull()) {
                rows.add(List.of(name, cell(each.getValue())));
              }
            });
    return rows;
  }

  private static List<List<String>> list(FieldDescriptor data, JsonNode items) {
    List<String> columns =
        data.getMessageType().getFields().stream()
            .filter(Table::isColumn)
            .map(FieldDescriptor::getName)
            .filter(name -> holds(items, name))
            .limit(MOST_COLUMNS)
            .toList();
    List<List<String>> rows = new ArrayList<>();
    rows.add(columns.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList());
    for (JsonNode item : items) {
      rows.add(columns.stream().map(name -> cell(item.path(name))).toList());
    }
    return rows;
  }

  private static boolean isColumn(FieldDescriptor field) {
    return switch (Fields.form(field)) {
      case TEXT, NUMBER, BOOLEAN -> true;
      case LIST, MAP, JSON, OBJECT, OBJECTS -> false;
    };
  }

  private static boolean holds(JsonNode items, String name) {
    for (JsonNode item : items) {
      if (item.hasNonNull(name)) {
        return true;
      }
    }
    return items.isEmpty();
  }

  private static String cell(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> Messages.oneLine(value.asText());
      case NULL, MISSING -> "-";
      default -> Messages.oneLine(value.toString());
    };
  }

  private static void write(List<List<String>> rows, PrintStream out) {
    int columns = rows.isEmpty() ? 0 : rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(row.get(i)).repeat(" ", widths[i] - row.get(i).length() + 2);
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
