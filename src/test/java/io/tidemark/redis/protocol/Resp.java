package io.tidemark.redis.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Requests as bytes on the wire. */
public final class Resp {

    private Resp() {}

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    public static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** One request of these arguments, as an array of bulks. */
    public static byte[] request(String... arguments) {
        byte[][] all = new byte[arguments.length][];
        for (int i = 0; i < all.length; i++) {
            all[i] = bytes(arguments[i]);
        }
        return request(all);
    }

    /** One request of these arguments, as an array of bulks. */
    public static byte[] request(byte[]... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(bytes("*" + arguments.length + "\r\n"));
        for (byte[] argument : arguments) {
            out.writeBytes(bytes("$" + argument.length + "\r\n"));
            out.writeBytes(argument);
            out.writeBytes(bytes("\r\n"));
        }
        return out.toByteArray();
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
