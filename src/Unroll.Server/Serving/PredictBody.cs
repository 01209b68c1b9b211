using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace Unroll.Server.Serving;

/// <summary>Bodies of POST /models/{name}/predict for networks.</summary>
internal static class PredictBody
{
    private const string Expected = "The body is an array of numbers, or {\"inputs\": ...} with an array, or with one for each input by "
        + "its name.";

    /// <summary>Reads JSON into the rows of a network.</summary>
    public static PendingRows ReadJson(in ReadOnlySequence<byte> body, NetworkContent network)
    {
        PendingRows rows = PendingRows.Rent();
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = TensorValues.MostAxes + 4 });
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartArray)
                ReadOnly(ref reader, rows, network);
            else if (reader.TokenType == JsonTokenType.StartObject)
                ReadObject(ref reader, rows, network);
            else
                throw new RequestException(400, Expected);
            RequireEnd(ref reader);
            rows.Require(network);
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>Reads lines of numbers with commas between: the steps of one window after the other, or rows of values.</summary>
    public static PendingRows ReadCsv(in ReadOnlySequence<byte> body, NetworkContent network)
    {
        if (network.InputShapes is not [{ Rank: 1 or 2 } shape])
            throw new RequestException(415, "A network of several inputs, or of inputs with more than two axes, takes JSON.");
        byte[] text = body.ToArray();
        PendingRows rows = PendingRows.Rent();
        try
        {
            TensorValues values = rows.Input(0);
            values.Clear();
            int lines = ReadLines(text, shape.Features, values);
            if (lines % shape.Steps != 0 || lines == 0)
                throw new RequestException(
                    400, $"The network takes windows of {shape.Steps} lines with {shape.Features} numbers each, but {lines} "
                        + $"lines were given.");
            values.SetExtents([lines / shape.Steps, .. shape.ToArray()]);
            rows.Require(network);
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <exception cref="RequestException">Something follows the value.</exception>
    public static void RequireEnd(ref Utf8JsonReader reader)
    {
        if (reader.Read())
            throw new RequestException(400, "Something follows the JSON value of the body.");
    }

    private static void ReadOnly(ref Utf8JsonReader reader, PendingRows rows, NetworkContent network)
    {
        if (network.Inputs.Count > 1)
            throw new RequestException(
                400, $"The network has the inputs "
                    + $"{string.Join(", ", network.Inputs.Select(input => input.Name))}. Give {{\"inputs\": {{name: array, ...}}}}.");
        rows.Input(0).Read(ref reader, network.Inputs[0].Name);
    }

    private static void ReadObject(ref Utf8JsonReader reader, PendingRows rows, NetworkContent network)
    {
        bool isRead = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (isRead || !reader.ValueTextEquals("inputs"u8))
                throw new RequestException(400, Expected);
            isRead = true;
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
                ReadNamed(ref reader, rows, network);
            else
                ReadOnly(ref reader, rows, network);
        }

        if (!isRead)
            throw new RequestException(400, Expected);
    }

    private static void ReadNamed(ref Utf8JsonReader reader, PendingRows rows, NetworkContent network)
    {
        for (int i = 0; i < network.Inputs.Count; i++)
            rows.Input(i).Clear();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int number = 0;
            while (number < network.Inputs.Count && !reader.ValueTextEquals(network.Inputs[number].Name))
                number++;
            if (number == network.Inputs.Count)
                throw new RequestException(
                    400, $"There is no input of this name. There {(number == 1 ? "is" : "are")} "
                        + $"{string.Join(", ", network.Inputs.Select(input => input.Name))}.");
            if (rows.Input(number).Rank > 0)
                throw new RequestException(400, $"Input {network.Inputs[number].Name} is given twice.");
            reader.Read();
            rows.Input(number).Read(ref reader, network.Inputs[number].Name);
        }
    }

    /// <summary>The number of lines; empty ones at the end do not count.</summary>
    private static int ReadLines(ReadOnlySpan<byte> text, int columns, TensorValues values)
    {
        int lines = 0;
        text = text.TrimEnd("\r\n \t"u8);
        if (text.StartsWith("\uFEFF"u8))
            text = text[3..];
        while (!text.IsEmpty)
        {
            int end = text.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            lines++;
            int cells = 0;
            foreach (Range range in line.Split((byte)','))
            {
                ReadOnlySpan<byte> cell = line[range].Trim(" \t\r"u8);
                cells++;
                if (!Utf8Parser.TryParse(cell, out float value, out int used) || used != cell.Length)
                {
                    throw new RequestException(
                        400, $"Line {lines}, cell {cells} is no number. The columns of a network have no names: send lines of "
                        + $"{columns} numbers with commas between, without a header.");
                }

                values.Add(value);
            }

            if (cells != columns)
                throw new RequestException(400, $"Line {lines} has {cells} numbers, but the network takes {columns} in each line.");
        }

        return lines;
    }
}
