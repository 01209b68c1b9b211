using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Unroll.Kernels;

namespace Unroll.Forecasting;

/// <summary>
/// The SHA-256 of everything that the results of a run depend on: two runs of the same hash have the same results, to the bit.
/// </summary>
public static class SetupHash
{
    /// <summary>The instruction set that networks are computed with; another one rounds differently.</summary>
    internal static string InstructionSet => Kernels<float>.Best.Name;

    /// <summary>
    /// The hash of a setup on this machine: this build of the library, .NET, the platform and the instruction set are part of it.
    /// </summary>
    /// <param name="setup">What the caller chose, by name: the hash of the data, the recipe, the ranges, the seed. Order counts.</param>
    /// <returns>64 hexadecimal digits.</returns>
    public static string Of(IReadOnlyList<KeyValuePair<string, string>> setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        KeyValuePair<string, string>[] machine =
        [
            new("library", $"{typeof(Model).Module.ModuleVersionId} {typeof(SetupHash).Module.ModuleVersionId}"),
            new(".NET", $"{Environment.Version}"),
            new("platform", RuntimeInformation.RuntimeIdentifier),
            new("instruction set", InstructionSet),
        ];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, string value) in machine.Concat(setup))
        {
            Append(hash, name);
            Append(hash, value);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// The hash of a table: the names of its columns, its dates and its values. What the table is called has no part in it.
    /// </summary>
    /// <returns>64 hexadecimal digits.</returns>
    public static string Of(TimeSeries rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string name in rows.ColumnNames)
            Append(hash, name);
        Append(hash, OfValues(rows));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// The hash of what a task asks and of its rows: of every part its name, targets, inputs and values, which rows are learnt from and
    /// which judged on, and the static columns of its series.
    /// </summary>
    /// <returns>64 hexadecimal digits.</returns>
    public static string Of(ForecastTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Part part in task.Parts)
        {
            ForecastSplit split = task[part];
            string rows = FormattableString.Invariant($"{task.Horizon}/{split.Window}/{split.Train.Count}/{split.Test.Count}");
            string inputs = $"{string.Join('|', split.Inputs.Known)}/{split.Inputs.Calendar}/{split.Inputs.Holidays}";
            Append(hash, $"{part.Series}/{part.Target}/{rows}/{inputs}");
            foreach (ForecastInput input in split.Inputs.Own)
                Append(hash, $"{input.Kind}/{input.Settings}");
            Append(hash, Of(split.Table));
        }

        foreach (string key in task.Data.IsTable ? [] : task.Keys)
        {
            foreach ((string name, double value) in task.Data.Static(key))
                Append(hash, FormattableString.Invariant($"{key}/{name}/{value:R}"));
            foreach ((string name, string value) in task.Data.StaticText(key))
                Append(hash, $"{key}/{name}/{value}");
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The hash of dates and values alone, row by row.</summary>
    internal static string OfValues(TimeSeries rows)
    {
        double[][] columns = [.. rows.ColumnNames.Select(name => rows[name].ToArray())];
        int numbers = 1 + columns.Length;
        byte[] bytes = new byte[sizeof(long) * numbers * rows.Rows];
        for (int row = 0; row < rows.Rows; row++)
        {
            Span<byte> own = bytes.AsSpan(sizeof(long) * numbers * row);
            BinaryPrimitives.WriteInt64LittleEndian(own, rows.Dates[row].Ticks);
            for (int i = 0; i < columns.Length; i++)
                BinaryPrimitives.WriteDoubleLittleEndian(own[(sizeof(long) * (i + 1))..], columns[i][row]);
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>Length and text, so that no two lists of texts look the same.</summary>
    private static void Append(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
