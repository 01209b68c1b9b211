using System.Text;
using Parquet;
using Parquet.Schema;

namespace Unroll.Forecasting;

/// <summary>Reads a Parquet file as cells.</summary>
internal static class ParquetCells
{
    /// <exception cref="UnrollException">It is damaged, or holds nothing but nested columns.</exception>
    public static CellTable Read(byte[] bytes, string name, TableFacts facts)
    {
        facts.Kind = "Parquet";
        try
        {
            return ReadAsync(bytes, name, facts).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is not UnrollException and not OutOfMemoryException)
        {
            throw new UnrollException($"{name} is no Parquet file that can be read: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}. "
                + "Write it again, or as .csv.", e);
        }
    }

    private static async Task<CellTable> ReadAsync(byte[] bytes, string name, TableFacts facts)
    {
        await using ParquetReader reader = await ParquetReader.CreateAsync(new MemoryStream(bytes, writable: false)).ConfigureAwait(false);
        DataField[] fields = [.. reader.Schema.DataFields.Where(field => field.MaxRepetitionLevel == 0)];
        foreach (DataField nested in reader.Schema.DataFields.Except(fields))
            facts.LeftOut[CellText.Clean(nested.Name)] = "it holds lists";
        if (fields.Length == 0)
            throw new UnrollException($"{name} has no columns of plain values. Write a table with a date column and columns of numbers.");
        var table = new CellTable([]);
        foreach (DataField field in fields)
            table.Add(field.Path.ToString());
        table.EndRow(0);
        long line = 0;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
            int count = checked((int)rows.RowCount);
            var columns = new Action<int>[fields.Length];
            for (int column = 0; column < fields.Length; column++)
                columns[column] = await ColumnAsync(rows, fields[column], count, table).ConfigureAwait(false);
            for (int row = 0; row < count; row++)
            {
                foreach (Action<int> add in columns)
                    add(row);
                table.EndRow(++line);
            }
        }

        return table;
    }

    /// <summary>Reads a column, and says how its cell of a row is added to the table.</summary>
    private static async Task<Action<int>> ColumnAsync(ParquetRowGroupReader rows, DataField field, int count, CellTable table)
    {
        switch (field.ClrType)
        {
            case var type when type == typeof(string):
                var texts = new string?[count];
                await rows.ReadAsync(field, texts.AsMemory()!).ConfigureAwait(false);
                return row => table.AddValue(texts[row]);
            case var type when type == typeof(byte[]):
                var raw = new byte[]?[count];
                await rows.ReadAsync(field, raw.AsMemory()).ConfigureAwait(false);
                return row => table.Add(raw[row] is { } bytes ? Encoding.UTF8.GetString(bytes) : "");
            case var type when type == typeof(ReadOnlyMemory<char>):
                ReadOnlyMemory<char>?[] words = await Read<ReadOnlyMemory<char>>().ConfigureAwait(false);
                return row => table.Add(words[row]?.ToString() ?? "");
            case var type when type == typeof(ReadOnlyMemory<byte>):
                ReadOnlyMemory<byte>?[] utf8 = await Read<ReadOnlyMemory<byte>>().ConfigureAwait(false);
                return row => table.Add(utf8[row] is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "");
            case var type when type == typeof(double):
                return await Numbers<double>(value => value).ConfigureAwait(false);
            case var type when type == typeof(float):
                return await Numbers<float>(value => value).ConfigureAwait(false);
            case var type when type == typeof(decimal):
                return await Numbers<decimal>(value => (double)value).ConfigureAwait(false);
            case var type when type == typeof(long):
                return await Numbers<long>(value => value).ConfigureAwait(false);
            case var type when type == typeof(int):
                return await Numbers<int>(value => value).ConfigureAwait(false);
            case var type when type == typeof(bool):
                return await Values<bool>().ConfigureAwait(false);
            case var type when type == typeof(DateTime):
                return await Values<DateTime>().ConfigureAwait(false);
            case var type when type == typeof(DateOnly):
                return await Values<DateOnly>().ConfigureAwait(false);
            case var type when type == typeof(TimeSpan):
                return await Values<TimeSpan>().ConfigureAwait(false);
            case var type when type == typeof(TimeOnly):
                return await Values<TimeOnly>().ConfigureAwait(false);
            case var type when type == typeof(short):
                return await Numbers<short>(value => value).ConfigureAwait(false);
            case var type when type == typeof(ushort):
                return await Numbers<ushort>(value => value).ConfigureAwait(false);
            case var type when type == typeof(byte):
                return await Numbers<byte>(value => value).ConfigureAwait(false);
            case var type when type == typeof(sbyte):
                return await Numbers<sbyte>(value => value).ConfigureAwait(false);
            case var type when type == typeof(uint):
                return await Numbers<uint>(value => value).ConfigureAwait(false);
            case var type when type == typeof(ulong):
                return await Numbers<ulong>(value => value).ConfigureAwait(false);
            default:
                return row => table.Add($"({field.ClrType.Name})");
        }

        async Task<T?[]> Read<T>() where T : struct
        {
            var values = new T?[count];
            if (field.IsNullable)
            {
                await rows.ReadAsync<T>(field, values.AsMemory()).ConfigureAwait(false);
                return values;
            }

            var all = new T[count];
            await rows.ReadAsync<T>(field, all.AsMemory()).ConfigureAwait(false);
            return Array.ConvertAll(all, value => (T?)value);
        }

        async Task<Action<int>> Numbers<T>(Func<T, double> number) where T : struct
        {
            T?[] values = await Read<T>().ConfigureAwait(false);
            return row =>
            {
                if (values[row] is { } value && number(value) is var own && !double.IsNaN(own))
                    table.Add(own);
                else
                    table.Add([]);
            };
        }

        async Task<Action<int>> Values<T>() where T : struct
        {
            T?[] values = await Read<T>().ConfigureAwait(false);
            return row => table.AddValue(values[row]);
        }
    }
}
