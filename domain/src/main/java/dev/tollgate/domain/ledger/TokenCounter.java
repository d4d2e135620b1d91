package dev.tollgate.domain.ledger;

/// Counts tokens where bytes are too rough a measure. Thread-safe.
public interface TokenCounter {
  /// Tokens of a text as the model's tokenizer makes them: exact where its encoding is known, else
  /// the count of a similar one.
  long count(String model, String text);

  /// An upper bound of the tokens of the text of a request.
  long bound(String model, String text);
}
