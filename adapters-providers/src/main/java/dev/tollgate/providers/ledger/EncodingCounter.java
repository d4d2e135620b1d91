package dev.tollgate.providers.ledger;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import dev.tollgate.domain.ledger.TokenCounter;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// Counts with OpenAI's encodings. Their models get a margin of 5 % for what surrounds the
/// messages; others, whose tokenizers are not public or not known here, get 60 %: Anthropic's
/// newest makes up to 35 % more tokens of the same text than the one before (facts on Anthropic),
/// and small vocabularies more of text that is not English.
public final class EncodingCounter implements TokenCounter {
  private static final Pattern OPENAI = Pattern.compile("(?:.*/)?(?:gpt-|o[1-9]|chatgpt|text-).*");
  private static final Pattern OLDER =
      Pattern.compile("(?:.*/)?(?:gpt-3.*|gpt-4(?:-.*)?|text-embedding.*)");
  private static final long KNOWN_PERCENT = 105;
  private static final long OTHER_PERCENT = 160;

  private final EncodingRegistry registry = Encodings.newLazyEncodingRegistry();

  @Override
  public long count(String model, String text) {
    return encoding(model).countTokensOrdinary(text);
  }

  @Override
  public long bound(String model, String text) {
    long tokens = count(model, text);
    long percent = OPENAI.matcher(model).matches() ? KNOWN_PERCENT : OTHER_PERCENT;
    long bytes = text.getBytes(StandardCharsets.UTF_8).length;
    return Math.min(bytes, (tokens * percent + 99) / 100);
  }

  private Encoding encoding(String model) {
    boolean older = OLDER.matcher(model).matches();
    return registry.getEncoding(older ? EncodingType.CL100K_BASE : EncodingType.O200K_BASE);
  }
}
