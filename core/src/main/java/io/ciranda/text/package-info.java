/** Text as token ids: vocabularies by character and by word. Reading files is the caller's. */
package io.ciranda.text;
