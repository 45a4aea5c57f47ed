package io.ciranda.io;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the bytes, the answer is a tensor or one {@link ModelFileException}. */
class HostileFileTest {
  @TempDir Path folder;

  /** The data is always 16 bytes: {@code a} is a sound tensor that covers all of it. */
  private static final String A = "'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // Not the JSON it should be.
        "[]                                     | expected a JSON object as header, actual [",
        "' '                                    | expected a JSON object as header",
        "{A                                     | byte",
        "{A}}                                   | Unexpected close marker",
        "{A} {}                                 | nothing but spaces after the header",
        "{A,A}                                  | Duplicate field 'a'",
        "{'__metadata__':{},'__metadata__':{},A}| Duplicate field '__metadata__'",
        "{'__metadata__':{'k':'1','k':'2'},A}   | Duplicate field 'k'",
        "{'__metadata__':{'k':1},A}             | expected a string as metadata 'k', actual 1",
        "{'__metadata__':{'k':{}},A}            | expected a string as metadata 'k', actual {",
        "{'__metadata__':null,A}                | expected an object of strings as __metadata__",
        "{A,'b':[[[[[[[[]]]]]]]]}               | expected an object that describes tensor 'b'",
        "{A,'b':{'shape':[[[[[[[[]]]]]]]]}}     | nesting depth",
        // A tensor's description.
        "{'a':7}                                | expected an object that describes tensor 'a', actual 7",
        "{'':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}} | name, actual is empty",
        "{'a':{}}                               | expected dtype, shape and two data_offsets",
        "{'a':{'dtype':'F32','shape':[4]}}      | expected dtype, shape and two data_offsets",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0]}} | two data_offsets",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,1,2]}} | at most 2 numbers",
        "{'a':{'dtype':'F32','dtype':'F32','shape':[4],'data_offsets':[0,16]}} | Duplicate field 'dtype'",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16],'x':1}} | actual field 'x'",
        "{'a':{'dtype':'F31','shape':[4],'data_offsets':[0,16]}} | actual F31",
        "{'a':{'dtype':32,'shape':[4],'data_offsets':[0,16]}} | expected a string as dtype",
        "{'a':{'dtype':'F32','shape':4,'data_offsets':[0,16]}} | expected an array as shape",
        "{'a':{'dtype':'F32','shape':['4'],'data_offsets':[0,16]}} | expected whole numbers as shape",
        "{'a':{'dtype':'F32','shape':[4.0],'data_offsets':[0,16]}} | expected whole numbers as shape",
        "{'a':{'dtype':'F32','shape':[null],'data_offsets':[0,16]}} | expected whole numbers as shape",
        "{'a':{'dtype':'F32','shape':[-4],'data_offsets':[0,16]}} | no negative numbers as shape",
        "{'a':{'dtype':'F32','shape':[-4,-1],'data_offsets':[0,16]}} | no negative numbers as shape",
        "{'a':{'dtype':'F32','shape':[RANK],'data_offsets':[0,16]}} | at most 64 numbers",
        // Sizes.
        "{'a':{'dtype':'F32','shape':[99999999999999999999999],'data_offsets':[0,16]}} | byte",
        "{'a':{'dtype':'F32','shape':[9223372036854775808],'data_offsets':[0,16]}} | byte",
        "{'a':{'dtype':'F32','shape':[4294967300],'data_offsets':[0,16]}} | too large",
        "{'a':{'dtype':'F32','shape':[2147483647,2147483647,4],'data_offsets':[0,16]}} | too large",
        // 2^62 elements of 4 bytes are 2^64 bytes, which is 0 where nobody looks.
        "{'a':{'dtype':'F32','shape':[1073741824,1073741824,4],'data_offsets':[0,0]}} | too large",
        "{'a':{'dtype':'F32','shape':[5],'data_offsets':[0,16]}} | expected 20 bytes for F32 [5], actual 16",
        "{'a':{'dtype':'F64','shape':[4],'data_offsets':[0,16]}} | expected 32 bytes for F64 [4], actual 16",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[16,0]}} | expected 16 bytes for F32 [4], actual -16",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[-16,0]}} | no negative numbers as data_offsets",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[9223372036854775791,9223372036854775807]}} | too large",
        // Places.
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[4,20]}} | expected 20 bytes of data",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[4,16]}} | begin at 0, where the tensor before ends, actual 4 (a hole)",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}} | 4 more bytes that belong to no tensor",
        "{}                                     | 16 more bytes that belong to no tensor",
        "{A,'b':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}} | actual 0 (they overlap)",
        "{A,'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | actual 4 (they overlap)",
        "{A,'b':{'dtype':'F32','shape':[0],'data_offsets':[8,8]}} | actual 8 (they overlap)",
      })
  void everyBrokenHeaderHasItsMessage(String header, String message) throws IOException {
    String json =
        header
            .replace("{A", "{" + A)
            .replace(",A", "," + A)
            .replace("RANK", "1,".repeat(64) + "4")
            .replace('\'', '"');
    assertRefused(message, file(json.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void theSoundHeaderIsSound() throws IOException {
    SafetensorsFile.open(write(file(soundHeader()))).close();
  }

  @Test
  void deepNestingIsAnErrorNotAStackOverflow() throws IOException {
    byte[] deep = ("{\"__metadata__\":" + "[".repeat(1 << 20)).getBytes(StandardCharsets.UTF_8);
    assertRefused("expected an object of strings", file(deep));
    byte[] deeper = ("{\"a\":{\"shape\":" + "[".repeat(1 << 20)).getBytes(StandardCharsets.UTF_8);
    assertRefused("nesting depth", file(deeper));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ff", "c0af", "eda080", "f4908080", "c3"})
  void textThatIsNotUtf8IsRefused(String hex) throws IOException {
    byte[] bad = java.util.HexFormat.of().parseHex(hex);
    byte[] header = soundHeader();
    ByteBuffer spoiled = ByteBuffer.allocate(header.length + bad.length);
    spoiled.put(header, 0, 2).put(bad).put(header, 2, header.length - 2); // in the name
    assertRefused("byte 10: expected a header in UTF-8", file(spoiled.array()));
  }

  @Test
  void utf16IsRefused() throws IOException {
    byte[] header =
        new String(soundHeader(), StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16LE);
    assertRefused("not the JSON it should be", file(header));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE, 1L << 32, 100})
  void aHeaderLengthThatCannotBeIsRefused(long length) throws IOException {
    byte[] file = file(soundHeader());
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    assertRefused("header's length, 1 to " + (file.length - 8), file);
  }

  @Test
  void aFileThatIsLargeEnoughForAHugeHeaderIsRefusedBeforeItIsRead() throws IOException {
    Path file = folder.resolve("sparse.safetensors");
    try (var sparse = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      sparse.writeLong(Long.reverseBytes(3L << 30));
      sparse.setLength(4L << 30);
    }
    ModelFileException e =
        assertThrows(ModelFileException.class, () -> SafetensorsFile.open(file).close());
    assertTrue(e.getMessage().contains("1 to 100000000, actual 3221225472"), e.getMessage());
  }

  @Test
  void whereTheFileIsCutDoesNotMatter() throws IOException {
    byte[] file = file(soundHeader());
    for (int length = 0; length < file.length; length++) {
      assertRefused("", Arrays.copyOf(file, length));
    }
    assertRefused("1 more bytes that belong to no tensor", Arrays.copyOf(file, file.length + 1));
  }

  @Test
  void whatIsNoFileIsRefused() {
    assertAll(
        () -> assertThrows(ModelFileException.class, () -> SafetensorsFile.open(folder).close()),
        () ->
            assertThrows(
                ModelFileException.class,
                () -> SafetensorsFile.open(folder.resolve("missing")).close()));
  }

  @Test
  void namesCannotSteerTheTerminal() throws IOException {
    String json = "{\"\\u001b[2J\\u202e\":7}";
    assertRefused("tensor '?[2J?'", file(json.getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] soundHeader() {
    return ("{" + A + "}").replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  /** Length, header, and 16 bytes of data. */
  private static byte[] file(byte[] header) {
    var bytes = ByteBuffer.allocate(8 + header.length + 16);
    return bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header).array();
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("hostile.safetensors"), bytes);
  }

  private void assertRefused(String message, byte[] bytes) throws IOException {
    Path file = write(bytes);
    var e = assertThrows(ModelFileException.class, () -> SafetensorsFile.open(file).close());
    assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
