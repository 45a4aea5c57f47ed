package io.ciranda.samples.lecture;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

class SvgTest {
  @Test
  void textsOfAllKindsAreXml() throws Exception {
    var svg = new Svg(10, 10).text(1, 2, 3, "a<b>&\f").textFrom(1, 2, 3, "\0]]>");
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.text().getBytes(StandardCharsets.UTF_8)));
    String texts = document.getDocumentElement().getTextContent();
    assertTrue(texts.contains("a<b>&\uFFFD") && texts.contains("\uFFFD]]>"), texts);
  }
}
