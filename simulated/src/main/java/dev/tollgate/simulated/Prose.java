package dev.tollgate.simulated;

import dev.tollgate.simulated.Prompt.Heard;
import java.util.List;

/// The words that the simulated models say: first what was heard, then plain sentences, which ones
/// and in which order depending on nothing but that.
final class Prose {
  private static final int LONGEST_ECHO = 80;

  /// A prime number of sentences, so that every step visits all of them.
  private static final List<String> SENTENCES =
      List.of(
          "A budget is a promise about the future that someone has to keep.",
          "Every call passes the same gate and leaves an entry in the books.",
          "The toll is counted before the road is used, and settled when the trip is over.",
          "What was held and not spent goes back to where it came from.",
          "A limit that nobody can see is a surprise waiting to happen.",
          "Small sums add up when ten thousand callers pass in an hour.",
          "The ledger forgets nothing and corrects itself only by adding a line.",
          "Ask who pays before you ask how much.",
          "A fair toll is known in advance and the same for equal loads.",
          "When the purse is empty the gate says so plainly and says when it opens again.",
          "An estimate is marked as one until the true figure arrives.",
          "Prices change on a date, and yesterday's trips keep yesterday's price.",
          "A long prompt weighs more than a short one, even when it says less.",
          "What was read from the cache costs less than what was read anew.",
          "Two people may share a budget, but each entry has one name on it.",
          "The gatekeeper counts, the treasurer decides, and the traveller is told.",
          "Good books balance at the end of every day without anyone's help.");

  private Prose() {}

  /// A text of about so many tokens; it ends with a whole sentence.
  static String write(SimulatedModel model, Heard heard, int variant) {
    StringBuilder text = new StringBuilder(opening(model, heard));
    long hash = Fingerprint.of(heard.text());
    int size = SENTENCES.size();
    int at = Math.floorMod(hash + variant, size);
    int step = 1 + (int) Math.floorMod(hash >>> 8, (long) size - 1);
    int tokens = Tokens.count(text.toString());
    while (tokens < model.usualTokens()) {
      String sentence = SENTENCES.get(at);
      text.append(' ').append(sentence);
      tokens += Tokens.count(sentence);
      at = (at + step) % size;
    }
    return text.toString();
  }

  private static String opening(SimulatedModel model, Heard heard) {
    String who = "This is " + model.id() + ", a simulated model.";
    String words = heard.text().strip().replaceAll("\\s+", " ");
    if (words.isEmpty()) {
      return who;
    }
    String source = heard.speaker() == Prompt.Speaker.TOOL ? " The tool answered: " : " You said: ";
    return who + source + '"' + shortened(words) + "\".";
  }

  private static String shortened(String words) {
    if (words.length() <= LONGEST_ECHO) {
      return words;
    }
    boolean tearsPair = Character.isHighSurrogate(words.charAt(LONGEST_ECHO - 1));
    return words.substring(0, tearsPair ? LONGEST_ECHO - 1 : LONGEST_ECHO) + "...";
  }
}
