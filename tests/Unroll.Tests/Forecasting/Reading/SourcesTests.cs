using System.Globalization;
using System.Data;
using System.Text;
using Microsoft.Data.Sqlite;
using Parquet;
using Parquet.Schema;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Reading;

/// <summary>Where a table may come from beside a text file: Parquet, a database, a stream, several files.</summary>
public sealed class SourcesTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_parquet_file_of_every_usual_type_is_read()
    {
        DateTime[] days = [.. Enumerable.Range(0, 6).Select(row => new DateTime(2024, 1, 1 + (row / 2)))];
        string[] shops = ["east", "west", "east", "west", "east", "west"];
        var path = Path.Combine(_files.Folder, "shops.parquet");
        DataField[] fields =
        [
            new DataField<DateTime>("day"), new DataField<string>("shop"), new DataField<double?>("sales"), new DataField<int>("visits"),
            new DataField<bool>("promo"), new DataField<float>("share"), new DataField<decimal>("price"), new DataField<string>("text day"),
        ];
        await using (FileStream stream = File.Create(path))
        await using (ParquetWriter writer =
            await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream, cancellationToken: TestContext.Current.CancellationToken))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync<DateTime>(fields[0], days);
            await group.WriteAsync(fields[1], shops);
            await group.WriteAsync<double>(fields[2], new double?[] { 1.5, 2, null, 4, 5, 6 });
            await group.WriteAsync<int>(fields[3], new[] { 1, 2, 3, 4, 5, 6 });
            await group.WriteAsync<bool>(fields[4], new[] { true, false, true, true, false, false });
            await group.WriteAsync<float>(fields[5], new[] { 0.5f, 0.25f, 1, 2, 3, 4 });
            await group.WriteAsync<decimal>(fields[6], new[] { 1.25m, 2, 3, 4, 5, 6 });
            await group.WriteAsync(fields[7], days.Select(day => $"{day:yyyy-MM-dd}").ToArray());
            group.CompleteValidate();
        }

        SeriesSet set = SeriesSet.Read(path, "shop");
        Assert.Equal(["east", "west"], set.Keys);
        Assert.Equal(["sales", "visits", "promo", "share", "price"], set.ColumnNames);
        Assert.Equal([1.5, double.NaN, 5], set["east"]["sales"].ToArray());
        Assert.Equal([2, 4, 6], set["west"]["visits"].ToArray());
        Assert.Equal([1, 1, 0], set["east"]["promo"].ToArray());
        Assert.Equal([1.25, 3, 5], set["east"]["price"].ToArray());
        Assert.Equal([new(2024, 1, 1), new(2024, 1, 2), new(2024, 1, 3)], set["west"].Dates);
        Assert.Equal("Parquet", set.Reading!.Kind);
    }

    [Fact]
    public void Rows_of_a_database_are_read()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "create table sales (day text, shop text, sold real, note text)";
        command.ExecuteNonQuery();
        for (int row = 0; row < 20; row++)
        {
            command.CommandText = string.Create(CultureInfo.InvariantCulture,
                $"insert into sales values ('{new DateTime(2024, 1, 1).AddDays(row / 2):yyyy-MM-dd}', '{(row % 2 == 0 ? "a" : "b")}', "
                    + $"{(row == 4 ? "null" : row + 0.095)}, 'x')");
            command.ExecuteNonQuery();
        }

        command.CommandText = "select * from sales where shop = 'a' order by day";
        using (SqliteDataReader reader = command.ExecuteReader())
        {
            TimeSeries table = TimeSeries.Read(reader);
            Assert.Equal(["sold"], table.ColumnNames);
            Assert.Equal([0.095, 2.095, double.NaN, 6.095], table["sold"].ToArray()[..4]);
        }

        command.CommandText = "select * from sales";
        using (SqliteDataReader reader = command.ExecuteReader())
            Assert.Equal(["a", "b"], SeriesSet.Read(reader, "shop").Keys);
        command.CommandText = "select * from sales where shop = 'none'";
        using (SqliteDataReader reader = command.ExecuteReader())
            Assert.Contains("no rows", Assert.Throws<UnrollException>(() => TimeSeries.Read(reader)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Types_of_a_result_are_read_as_they_are()
    {
        using var table = new DataTable();
        table.Columns.Add("when", typeof(DateTimeOffset));
        table.Columns.Add("y", typeof(decimal));
        table.Columns.Add("n", typeof(long));
        for (int hour = 0; hour < 4; hour++)
            table.Rows.Add(new DateTimeOffset(2024, 1, 1, hour, 0, 0, TimeSpan.FromHours(2)), hour == 2 ? DBNull.Value : 1000.125m + hour,
                10L * hour);
        TimeSeries read = TimeSeries.Read(table.CreateDataReader());
        Assert.Equal("+02:00", read.Zone);
        Assert.Equal([1000.125, 1001.125, double.NaN, 1003.125], read["y"].ToArray());
        Assert.Equal(new DateTime(2024, 1, 1, 3, 0, 0), read.LastDate);
    }

    [Fact]
    public void A_stream_and_a_text_are_read_and_stay_open()
    {
        const string Text = "date,y\n2024-01-01,1\n2024-01-02,2\n";
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(Text));
        Assert.Equal([1, 2], TimeSeries.Read(stream)["y"].ToArray());
        Assert.True(stream.CanRead);
        Assert.Equal([1, 2], TimeSeries.Read(new StringReader(Text))["y"].ToArray());
        Assert.StartsWith("uploads, line 3", Assert.Throws<UnrollException>(() => TimeSeries.Read(
            new StringReader("date,y\n2024-01-01,1\n2024-01-02,x\n2024-01-03,1\n"), name: "uploads")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_are_parts_of_one_table_or_a_series_each()
    {
        string Rows(int year, int month, int days, string column = "y") =>
            $"date,{column}\n" + string.Concat(Enumerable.Range(0, days).Select(
                day => FormattableString.Invariant($"{new DateTime(year, month, 1).AddDays(day):yyyy-MM-dd},{month + (day / 100.0)}\n")));
        string first = _files.Write("first.csv", Rows(2023, 1, 31)), second = _files.Write("second.csv", Rows(2023, 2, 28)),
            far = _files.Write("far.csv", Rows(2024, 6, 30));
        SeriesSet parts = SeriesSet.ReadFiles([second, first]);
        Assert.True(parts.IsTable);
        Assert.Equal((59, new DateTime(2023, 1, 1)), (parts.Rows, parts[""].FirstDate));
        Assert.Contains("read 2 files as parts of one table, each of which goes on where another ends", parts[""].Notices);
        // Two that lie far apart are no table, nor are two that overlap, nor any where it is said so.
        Assert.Equal(["first", "far"], SeriesSet.ReadFiles([first, far]).Keys);
        Assert.Equal(["first", "same"], SeriesSet.ReadFiles([first, _files.Write("same.csv", Rows(2023, 1, 31))]).Keys);
        Assert.Equal(["first", "second"], SeriesSet.ReadFiles([first, second], "file").Keys);
        Assert.True(SeriesSet.ReadFiles([first, far], "none").IsTable);
        Assert.Contains("no column of numbers in common", Assert.Throws<UnrollException>(
            () => SeriesSet.ReadFiles([first, _files.Write("other.csv", Rows(2023, 1, 31, "z"))])).Message, StringComparison.Ordinal);
    }
}
