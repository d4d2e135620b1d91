package dev.tollgate.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulatedDocumentsTest {
  private static final String SCHEMA =
      """
      {"type":"object","properties":{"paid":{"type":"boolean"},"note":{"type":"string"}},
       "required":["paid"]}""";
  private static final String DOCUMENT = "{\"paid\":true}";

  private final TestingClient client = new TestingClient();

  @Nested
  class Formats {
    @Test
    void chatObeysTheSchemaWholeAndStreamed() {
      String body =
          """
          {"model":"sim-small","messages":[{"role":"user","content":"Paid?"}],"stream":%s,
           "response_format":{"type":"json_schema","json_schema":{"name":"x","schema":%s}}}""";
      JsonNode answer = client.ask("/chat/completions", body.formatted("false", SCHEMA));
      assertThat(answer.at("/choices/0/message/content").asText()).isEqualTo(DOCUMENT);
      assertThat(
              TestingClient.joined(
                  client.chunks("/chat/completions", body.formatted("true", SCHEMA)),
                  "/choices/0/delta/content"))
          .isEqualTo(DOCUMENT);
    }

    @Test
    void chatAnswersAnObjectWhenAnyWillDo() {
      JsonNode answer =
          client.ask(
              "/chat/completions",
              """
              {"model":"sim-small","messages":[{"role":"user","content":"Say \\"hi\\" in JSON"}],
               "response_format":{"type":"json_object"}}""");
      JsonNode content = TestingClient.parse(answer.at("/choices/0/message/content").asText());
      assertThat(content.path("answer").asText()).contains("a simulated model");
    }

    @Test
    void responsesObeyTheSchema() {
      JsonNode answer =
          client.ask(
              "/responses",
              """
              {"model":"sim-small","input":"Paid?",
               "text":{"format":{"type":"json_schema","name":"x","schema":%s}}}"""
                  .formatted(SCHEMA));
      assertThat(answer.at("/output/0/content/0/text").asText()).isEqualTo(DOCUMENT);
    }

    @Test
    void messagesObeyTheSchema() {
      JsonNode answer =
          client.ask(
              "/messages",
              """
              {"model":"sim-small","max_tokens":50,"messages":[{"role":"user","content":"Paid?"}],
               "output_config":{"format":{"type":"json_schema","schema":%s}}}"""
                  .formatted(SCHEMA));
      assertThat(answer.at("/content/0/text").asText()).isEqualTo(DOCUMENT);
    }
  }

  @Nested
  class Schemas {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '~',
        value = {
          "{'type':'string'} | 'simulated'",
          "{'type':'string','minLength':12} | 'simulated...'",
          "{'type':'string','maxLength':3} | 'sim'",
          "{'type':'string','format':'date'} | '2026-01-01'",
          "{'type':'integer'} | 0",
          "{'type':'integer','minimum':3} | 3",
          "{'type':'integer','exclusiveMinimum':3} | 4",
          "{'type':'integer','maximum':-2} | -2",
          "{'type':'integer','minimum':4,'multipleOf':5} | 5",
          "{'type':'integer','minimum':1e999} | 0",
          "{'type':'number','minimum':0.5} | 0.5",
          "{'type':'number','exclusiveMinimum':0,'exclusiveMaximum':1} | 0.5",
          "{'type':'boolean'} | true",
          "{'type':'null'} | null",
          "{'type':['null','integer']} | 0",
          "{'enum':['red','green']} | 'red'",
          "{'const':{'a':1}} | {'a':1}",
          "{'type':'string','default':'x'} | 'x'",
          "{'type':'array','items':{'type':'integer'}} | []",
          "{'type':'array','items':{'type':'integer'},'minItems':2} | [0,0]",
          "{'prefixItems':[{'type':'boolean'}],'items':{'type':'integer'},'minItems':2} | [true,0]",
          "{'properties':{'a':{'type':'integer'}},'required':['a','b']} | {'a':0,'b':'simulated'}",
          "{'anyOf':[{'type':'integer'},{'type':'null'}]} | 0",
          "{'$ref':'#/$defs/n','$defs':{'n':{'type':'integer','minimum':7}}} | 7",
          "{'$ref':'https://example.com/elsewhere'} | 'simulated'"
        })
    void aSpecimenIsTheSmallestThatFits(String schema, String expected) {
      assertThat(Specimen.of(json(schema)).toString()).isEqualTo(json(expected).toString());
    }

    @Test
    void mergesAllParts() {
      JsonNode schema =
          json(
              """
              {'type':'object','required':['a'],'properties':{'a':{'type':'integer'}},
               'allOf':[{'required':['b'],'properties':{'b':{'type':'boolean'}}}]}""");
      assertThat(Specimen.of(schema).toString()).isEqualTo("{\"b\":true,\"a\":0}");
    }

    @Test
    void endsAListThatRefersToItself() {
      JsonNode schema =
          json(
              """
              {'type':'object','required':['next'],'properties':{
                'next':{'anyOf':[{'$ref':'#'},{'type':'null'}]}}}""");
      assertThat(Specimen.of(schema).toString())
          .isEqualTo("{\"next\":{\"next\":{\"next\":{\"next\":null}}}}");
    }

    @Test
    @Timeout(5)
    void staysSmallForASchemaWithoutEnd() {
      JsonNode schema =
          json(
              """
              {'type':'array','minItems':1000000000,'items':{'$ref':'#'},
               'allOf':[{'$ref':'#'},{'$ref':'#'}]}""");
      assertThat(Specimen.of(schema).toString()).hasSizeLessThan(100_000);
    }

    private static JsonNode json(String quoted) {
      return TestingClient.parse(quoted.replace('\'', '"'));
    }
  }
}
