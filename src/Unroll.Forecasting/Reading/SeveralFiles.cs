using System.Collections.ObjectModel;

namespace Unroll.Forecasting;

/// <summary>Reads files of the same kind together: parts of one table where they follow each other in time, else a series each.</summary>
internal static class SeveralFiles
{
    /// <summary>What the column is called that says which file a row is of.</summary>
    public const string FileColumn = "file";

    /// <summary>In the place of a column: the files are parts of one table.</summary>
    public const string NoColumn = "none";

    /// <summary>
    /// Where a file goes on after another, no more usual steps than these lie between: a weekend with holidays beside it.
    /// </summary>
    private const int MostSteps = 6;

    /// <param name="paths">At least one.</param>
    /// <param name="seriesColumn">
    /// A column of the files; or <see cref="FileColumn"/> for a series each, or <see cref="NoColumn"/> for parts of one table; null to find
    /// out which.
    /// </param>
    /// <param name="options">How each of them is read.</param>
    /// <exception cref="UnrollException">As for one file; two have the same name, no column in common, or the same date
    /// of a series.</exception>
    public static SeriesSet Read(IReadOnlyList<string> paths, string? seriesColumn, ReadOptions options)
    {
        if (paths.Count == 0)
            throw new UnrollException("No files were given. Give at least one.");
        bool isOfFile = FileColumn.Equals(seriesColumn, StringComparison.OrdinalIgnoreCase);
        bool isOfTable = NoColumn.Equals(seriesColumn, StringComparison.OrdinalIgnoreCase);
        TableRows[] all = [.. paths.Select(path => TableFile.Read(path, options, isOfFile || isOfTable ? null : seriesColumn))];
        if (all.FirstOrDefault(rows => rows.Reading.IsNumbered) is { } numbered && all.Length > 1)
            throw new UnrollException($"{numbered.File} has no dates, so its rows cannot be put beside those of other files. "
                + "Give one file.");
        isOfFile |= seriesColumn is null && all.Length > 1 && !AreParts(all);
        if (!isOfFile && all[0].Keys is null)
            Array.Sort(Array.ConvertAll(all, rows => rows.Dates.Min()), all);
        all = InOneZone(all);
        TableRows joined = Join(all, isOfFile ? Names(paths) : null);
        return joined.Keys is null ? SeriesSet.Of(joined.ToSeries()) : joined.ToSeriesSet();
    }

    /// <summary>Whether each file goes on after another ends.</summary>
    private static bool AreParts(TableRows[] all)
    {
        (DateTime First, DateTime Last)[] spans = [.. all.Select(rows => (rows.Dates.Min(), rows.Dates.Max())).Order()];
        // The usual time from one row to the next, over all files.
        long steps = all.Sum(rows => (long)rows.Dates.Distinct().Count() - 1);
        TimeSpan step = steps > 0
            ? spans.Aggregate(TimeSpan.Zero, (sum, span) => sum + (span.Last - span.First)) / steps
            : TimeSpan.MaxValue / (2 * MostSteps);
        for (int i = 1; i < spans.Length; i++)
        {
            TimeSpan apart = spans[i].First - spans[i - 1].Last;
            if (apart <= TimeSpan.Zero || apart > MostSteps * step)
                return false;
        }

        return true;
    }

    /// <summary>The files with times in UTC where their offsets differ.</summary>
    private static TableRows[] InOneZone(TableRows[] all)
    {
        if (all.Select(rows => rows.Reading.Zone).Distinct().Count() == 1)
            return all;
        if (all.FirstOrDefault(rows => rows.Reading.Zone is null && Array.Exists(rows.Dates, date => date.TimeOfDay != TimeSpan.Zero))
            is { } without)
        {
            string with = all.First(rows => rows.Reading.Zone is not null).File;
            throw new UnrollException($"The times of {with} carry an offset from UTC and those of {without.File} do not. "
                + "Write all of them alike.");
        }

        return Array.ConvertAll(all, rows => rows.Reading.Zone is { } zone && OffsetText.TryRead(zone, out TimeSpan offset)
            ? rows with
            {
                Dates = Array.ConvertAll(rows.Dates, date => date - offset),
                Reading = rows.Reading with { Zone = OffsetText.Utc },
            }
            : rows);
    }

    private static string[] Names(IReadOnlyList<string> paths)
    {
        string[] names = [.. paths.Select(NameOf)];
        return names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new UnrollException($"Two of the files are named {twice.Key}, so their series would be, too. Rename one of them.")
            : names;

        static string NameOf(string path)
        {
            string name = TableBytes.NameOf(path);
            if (name.EndsWith(TableBytes.PackedEnd, StringComparison.OrdinalIgnoreCase))
                name = name[..^TableBytes.PackedEnd.Length];
            return Path.GetFileNameWithoutExtension(name);
        }
    }

    private static TableRows Join(TableRows[] all, string[]? names)
    {
        if (all.Length == 1 && names is null)
            return all[0];
        Dictionary<string, NumberColumn>[] byName = Array.ConvertAll(all, rows => rows.Columns.ToDictionary(column => column.Name));
        string[] columns = [.. all[0].Columns.Select(column => column.Name)
            .Where(name => Array.TrueForAll(byName, own => own.ContainsKey(name)))];
        if (columns.Length == 0)
        {
            throw new UnrollException($"{all[0].File} and the other files have no column of numbers in common. "
                + "Give files of the same kind, or name the columns to read.")
            { Subject = "columns" };
        }

        var notices = new List<string>();
        foreach (IGrouping<string, string> same in all.SelectMany(rows => rows.Notices.Select(notice => (notice, rows.File)))
            .GroupBy(each => each.notice, each => each.File))
            notices.Add(same.Count() == all.Length
                ? same.Key
                : $"{same.First()}{(same.Count() > 1 ? $" and {same.Count() - 1} more" : "")}: {same.Key}");
        var leftOut = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string reason) in all.SelectMany(rows => rows.LeftOut))
            leftOut[name] = reason;
        foreach (string name in all.SelectMany(rows => rows.Columns).Select(column => column.Name).Distinct().Except(columns))
        {
            leftOut[name] = "not all files have it";
            notices.Add($"left out column {name}: not all files have it");
        }

        if (names is null && all[0].Keys is null)
            notices.Add($"read {all.Length} files as parts of one table, each of which goes on where another ends");
        else if (names is not null)
            notices.Add($"read {all.Length} files as a series each, named as the files");
        TableReading reading = all[0].Reading with
        {
            MissingMarks = all.SelectMany(rows => rows.Reading.MissingMarks).GroupBy(mark => mark.Key)
                .ToDictionary(mark => mark.Key, mark => mark.Sum(each => each.Value)),
        };
        return new TableRows(
            all.Length == 1 ? all[0].File : $"{all[0].File} and {all.Length - 1} more",
            [.. all.SelectMany(rows => rows.Dates)],
            [.. all.SelectMany(rows => rows.Lines)],
            [.. columns.Select(name => Column(all, Array.ConvertAll(byName, own => own[name])))],
            Keys(all, names),
            null,
            notices,
            new ReadOnlyDictionary<string, string>(leftOut),
            reading);
    }

    private static NumberColumn Column(TableRows[] all, NumberColumn[] parts)
    {
        int other = Array.FindIndex(parts, part => part.Unit != parts[0].Unit);
        if (other >= 0)
        {
            throw new UnrollException($"Column {parts[0].Name} is in {parts[0].Unit ?? "no unit"} in {all[0].File} and in "
                + $"{parts[other].Unit ?? "no unit"} in {all[other].File}. Write all files alike, or leave the column out.")
            { Subject = "columns" };
        }

        return parts[0] with { Values = [.. parts.SelectMany(part => part.Values)] };
    }

    private static KeyCells? Keys(TableRows[] all, string[]? names)
    {
        if (names is not null)
            return new KeyCells(FileColumn, names, [.. all.SelectMany((rows, file) => Enumerable.Repeat(file, rows.Dates.Length))]);
        if (all[0].Keys is not { } first)
            return null;
        string[] keys = [.. all.SelectMany(rows => rows.Keys!.Keys).Distinct()];
        Dictionary<string, int> places = Enumerable.Range(0, keys.Length).ToDictionary(place => keys[place]);
        return new KeyCells(first.Name, keys, [.. all.SelectMany(rows => rows.Keys!.Rows.Select(row => places[rows.Keys.Keys[row]]))]);
    }
}
