using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Unroll.Server.Serving;

/// <summary>Answers in JSON, made whole before the first byte is sent.</summary>
internal static class JsonAnswer
{
    private const int LargestKept = 1 << 20;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? s_writer;

    /// <summary>Writes an answer; nothing of it is sent where writing it throws.</summary>
    public static void Write<TState>(HttpContext context, TState state, Action<Utf8JsonWriter, TState> write,
        int status = StatusCodes.Status200OK)
    {
        ArrayBufferWriter<byte> buffer = s_buffer ??= new ArrayBufferWriter<byte>(4096);
        Utf8JsonWriter json = s_writer ??= new Utf8JsonWriter(buffer,
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        try
        {
            write(json, state);
            json.Flush();
            HttpResponse response = context.Response;
            response.StatusCode = status;
            response.ContentType = "application/json";
            response.ContentLength = buffer.WrittenCount;
            response.BodyWriter.Write(buffer.WrittenSpan);
        }
        finally
        {
            if (buffer.Capacity > LargestKept)
                s_buffer = buffer = new ArrayBufferWriter<byte>(4096);
            buffer.ResetWrittenCount();
            json.Reset(buffer);
        }
    }

    /// <summary>Writes numbers as nested arrays of the extents.</summary>
    public static void WriteNested(this Utf8JsonWriter json, ReadOnlySpan<float> values, ReadOnlySpan<int> extents)
    {
        json.WriteStartArray();
        if (extents.Length <= 1)
        {
            foreach (float value in values)
                json.WriteNumberValue(value);
        }
        else
        {
            int size = values.Length / extents[0];
            for (int i = 0; i < extents[0]; i++)
                WriteNested(json, values.Slice(i * size, size), extents[1..]);
        }

        json.WriteEndArray();
    }
}
