using System.Globalization;
using System.Xml.Linq;
using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

public class ModelDrawingTests
{
    [Fact]
    public void A_stack_is_a_chain_below_its_input()
    {
        Chart chart = ModelDrawing.Draw(new Model(new Conv2D(32, 3, 3), new Flatten(), new Dense(10)).Build(new Shape(8, 8, 1), 1),
            "Digits & more");
        Drawing drawing = Drawing.Of(chart);
        Assert.Equal(["input", "conv2d_1", "flatten_1", "dense_1"], drawing.Names);
        Assert.Equal(["(8, 8, 1)", "(6, 6, 32) · 320 weights", "(1152)", "(10) · 11,530 weights"], drawing.Words);
        Assert.Equal(["input > conv2d_1", "conv2d_1 > flatten_1", "flatten_1 > dense_1"], drawing.Lines);
        Assert.Equal(("model", "Digits & more"), (chart.Name, chart.Title));
    }

    [Fact]
    public void A_graph_shows_what_each_layer_takes_states_and_layers_used_again()
    {
        Node read = Node.Input(new Shape(7), "letters"), written = Node.Input(new Shape(5), "sounds"), other = Node.Input(new Shape(7));
        Node embedded = new Embedding(9, 4).Apply(read);
        Node encoder = new Lstm(6) { ReturnSequences = true, ReturnState = true }.Apply(embedded);
        Node decoder = new Lstm(6) { ReturnSequences = true }
            .Apply(new Embedding(9, 4).Apply(written), encoder.States[0], encoder.States[1]);
        Node attention = new Attention { ReturnScores = true }.Apply(decoder, encoder);
        Node seen = new Concatenate().Apply(decoder, attention);
        Node again = new GlobalMaxPooling().Apply(embedded.Again(other));
        Model model = new Model([read, written, other], [new Dense(9).Apply(seen), again, new Dense(2).Apply(attention.Scores)]).Build(1);

        Drawing drawing = Drawing.Of(ModelDrawing.Draw(model, "Graph"));
        Assert.Equal(
            [
                "attention_1 > concatenate_1", "attention_1 > dense_2", "concatenate_1 > dense_1", "embedding_1 > global_max_pooling_1",
                "embedding_1 > lstm_1",
                "embedding_2 > lstm_2", "input_3 > embedding_1", "letters > embedding_1", "lstm_1 > attention_1", "lstm_1 > lstm_2",
                "lstm_1 > lstm_2", "lstm_2 > attention_1", "lstm_2 > concatenate_1", "sounds > embedding_2",
            ],
            drawing.Lines.Order(StringComparer.Ordinal));
        Assert.Equal(["h, c", "scores"], drawing.Beside.Order());
        Assert.Equal(2, drawing.Names.Count(name => name == "embedding_1"));
        Assert.Equal(["(7, 4)", "(7, 4) · 36 weights"], drawing.Words.Where((_, i) => drawing.Names[i] == "embedding_1").Order());
    }

    [Fact]
    public void States_of_a_stack_say_whose_they_are_and_recurrent_layers_are_blue()
    {
        Node x = Node.Input(new Shape(7, 2)), y = Node.Input(new Shape(5, 2));
        Node read = new StackedRecurrent(new Lstm(6), new Gru(3)) { ReturnState = true }.Apply(x);
        Node written = new StackedRecurrent(new Lstm(6), new Gru(3)) { ReturnSequences = true }.Apply([y, .. read.States]);
        Model model = new Model([x, y], [new Dense(2).Apply(written)]).Build(1);
        Chart chart = ModelDrawing.Draw(model, "Stacks");
        Assert.Equal(["3 states"], Drawing.Of(chart).Beside);
        Assert.Equal([false, false, true, true, false], model.Summary().Layers.Select(layer => layer.IsRecurrent));
        XNamespace svg = "http://www.w3.org/2000/svg";
        Assert.Equal(2, XDocument.Parse(chart.Svg).Descendants(svg + "rect").GroupBy(box => box.Attribute("stroke")?.Value)
            .Single(color => color.Key == "rgb(0,114,178)").Count());
    }

    /// <summary>What can be read off the picture: boxes with their two lines of text, and which box each line joins with which.</summary>
    private sealed record Drawing(string[] Names, string[] Words, string[] Lines, string[] Beside)
    {
        public static Drawing Of(Chart chart)
        {
            XNamespace svg = "http://www.w3.org/2000/svg";
            XElement picture = XDocument.Parse(chart.Svg).Root!;
            double Of(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
            var boxes = picture.Elements(svg + "rect").Skip(1)
                .Select(box => (X: Of(box, "x"), Y: Of(box, "y"), Width: Of(box, "width"), Height: Of(box, "height"))).ToArray();
            var texts = picture.Descendants(svg + "text").Select(text => (X: Of(text, "x"), Y: Of(text, "y"), text.Value)).ToArray();
            int At(double x, double y) => Array.FindIndex(
                boxes, box => x >= box.X - 0.01 && x <= box.X + box.Width + 0.01 && y >= box.Y - 0.01 && y <= box.Y + box.Height + 0.01);
            string[][] inside = [.. boxes.Select(
                (_, i) => texts.Where(text => At(text.X, text.Y) == i).OrderBy(text => text.Y).Select(text => text.Value).ToArray())];

            // Nothing lies on anything else, and all is within the picture.
            for (int i = 0; i < boxes.Length; i++)
            {
                Assert.InRange(boxes[i].X, 0, Of(picture, "width") - boxes[i].Width);
                Assert.InRange(boxes[i].Y, 30, Of(picture, "height") - boxes[i].Height);
                Assert.DoesNotContain(
                    boxes[..i], box => box.Y == boxes[i].Y && box.X < boxes[i].X + boxes[i].Width && boxes[i].X < box.X + box.Width);
            }

            // Lines go from the bottom of a box to the top of another, from place to place.
            double[][] paths = [.. picture.Descendants(svg + "path").Where(path => path.Attribute("fill")!.Value == "none")
                .Select(path => path.Attribute("d")!.Value
                .Split(' ').Where(word => char.IsDigit(word[0]) || word[0] == '-')
                    .Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray())];
            var lines = new List<string>();
            foreach (double[] last in paths.Where(path => At(path[6], path[7]) >= 0))
            {
                double[] path = last;
                while (At(path[0], path[1]) < 0)
                    path = paths.First(before => before.Length == 9 && Math.Abs(before[6] - path[0]) < 0.02
                        && Math.Abs(before[8] - path[1]) < 0.02);
                lines.Add($"{inside[At(path[0], path[1])][0]} > {inside[At(last[6], last[7])][0]}");
            }

            return new Drawing([.. inside.Select(text => text[0])], [.. inside.Select(text => text[1])], [.. lines],
                [.. texts.Skip(1).Where(text => At(text.X, text.Y) < 0).Select(text => text.Value)]);
        }
    }
}
