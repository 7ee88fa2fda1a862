//! Thrift by its specification alone: any struct of `jaeger.thrift` as a tree of numbered fields.
//!
//! A second implementation of both protocols, slow and obvious, that keeps whatever was on the wire. It reads what real
//! clients wrote, and panics where that is not Thrift.

/// Which of the two protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Compact,
    Binary,
}

/// A packet for the agent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    /// 1 is a call, 4 is oneway.
    pub(crate) message_type: u8,
    pub(crate) seq_id: i32,
    pub(crate) method: Vec<u8>,
    pub(crate) arguments: Struct,
}

/// Fields with their ids, in the order of the wire.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Struct(pub(crate) Vec<(i16, Value)>);

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Bool(bool),
    I32(i32),
    I64(i64),
    /// The bits of a double.
    Double(u64),
    /// Text or bytes.
    Bytes(Vec<u8>),
    Struct(Struct),
    /// Of structs, as all lists of the IDL.
    List(Vec<Struct>),
}

struct Input<'a> {
    form: Form,
    rest: &'a [u8],
}

struct Output {
    form: Form,
    bytes: Vec<u8>,
}

// === impl Message ===

impl Message {
    pub(crate) fn read(form: Form, bytes: &[u8]) -> Self {
        let mut input = Input { form, rest: bytes };
        let message = match form {
            Form::Compact => {
                assert_eq!(input.byte(), 0x82);
                let version = input.byte();
                assert_eq!(version & 0x1f, 1);
                let seq_id = input.varint() as i32;
                Self {
                    message_type: version >> 5,
                    seq_id,
                    method: input.bytes(),
                    arguments: input.structure(),
                }
            }
            Form::Binary => {
                let head = input.array::<4>();
                assert_eq!(head[..3], [0x80, 1, 0]);
                let method = input.bytes();
                let seq_id = input.i32();
                Self { message_type: head[3], seq_id, method, arguments: input.structure() }
            }
        };
        assert!(input.rest.is_empty(), "bytes after the message");
        message
    }

    pub(crate) fn write(&self, form: Form) -> Vec<u8> {
        let mut output = Output { form, bytes: vec![] };
        match form {
            Form::Compact => {
                output.bytes.extend([0x82, self.message_type << 5 | 1]);
                output.varint(self.seq_id as u32 as u64);
                output.put_bytes(&self.method);
            }
            Form::Binary => {
                output.bytes.extend([0x80, 1, 0, self.message_type]);
                output.put_bytes(&self.method);
                output.i32(self.seq_id);
            }
        }
        output.structure(&self.arguments);
        output.bytes
    }
}

// === impl Struct ===

impl Struct {
    pub(crate) fn read(form: Form, bytes: &[u8]) -> Self {
        let mut input = Input { form, rest: bytes };
        let structure = input.structure();
        assert!(input.rest.is_empty(), "bytes after the struct");
        structure
    }

    pub(crate) fn write(&self, form: Form) -> Vec<u8> {
        let mut output = Output { form, bytes: vec![] };
        output.structure(self);
        output.bytes
    }

    /// The struct in the given field.
    pub(crate) fn structure_mut(&mut self, id: i16) -> Option<&mut Self> {
        self.0.iter_mut().find(|field| field.0 == id).map(|(_, value)| match value {
            Value::Struct(inner) => inner,
            other => panic!("{other:?} in field {id}"),
        })
    }

    /// The elements of the list in the given field, if there is one.
    pub(crate) fn list_mut(&mut self, id: i16) -> &mut [Self] {
        match self.0.iter_mut().find(|field| field.0 == id) {
            Some((_, Value::List(elements))) => elements,
            Some((_, other)) => panic!("{other:?} in field {id}"),
            None => &mut [],
        }
    }

    pub(crate) fn number(&self, id: i16) -> i32 {
        match self.0.iter().find(|field| field.0 == id) {
            Some(&(_, Value::I32(number))) => number,
            other => panic!("{other:?} in field {id}"),
        }
    }
}

// === impl Input ===

impl Input<'_> {
    fn structure(&mut self) -> Struct {
        let mut fields = vec![];
        let mut last = 0;
        loop {
            let head = self.byte();
            if head == 0 {
                return Struct(fields);
            }
            let id = match (self.form, head >> 4) {
                (Form::Binary, _) => i16::from_be_bytes(self.array()),
                (Form::Compact, 0) => unzigzag(self.varint()) as i16,
                (Form::Compact, delta) => last + i16::from(delta),
            };
            fields.push((id, self.value(head)));
            last = id;
        }
    }

    /// The value of a field that begins with this byte.
    fn value(&mut self, head: u8) -> Value {
        match (self.form, if self.form == Form::Compact { head & 15 } else { head }) {
            (Form::Compact, 1) => Value::Bool(true),
            (Form::Compact, 2) => Value::Bool(false),
            (Form::Binary, 2) => Value::Bool(match self.byte() {
                0 => false,
                1 => true,
                other => panic!("the bool {other}"),
            }),
            (Form::Compact, 5) | (Form::Binary, 8) => Value::I32(self.i32()),
            (Form::Compact, 6) => Value::I64(unzigzag(self.varint())),
            (Form::Binary, 10) => Value::I64(i64::from_be_bytes(self.array())),
            (Form::Compact, 7) => Value::Double(u64::from_le_bytes(self.array())),
            (Form::Binary, 4) => Value::Double(u64::from_be_bytes(self.array())),
            (Form::Compact, 8) | (Form::Binary, 11) => Value::Bytes(self.bytes()),
            (Form::Compact, 12) | (Form::Binary, 12) => Value::Struct(self.structure()),
            (Form::Compact, 9) | (Form::Binary, 15) => Value::List(self.list()),
            (form, kind) => panic!("the kind {kind} of {form:?}"),
        }
    }

    fn list(&mut self) -> Vec<Struct> {
        let head = self.byte();
        let count = match self.form {
            Form::Compact => {
                assert_eq!(head & 15, 12, "a list of structs");
                if head >> 4 == 15 { self.varint() as usize } else { usize::from(head >> 4) }
            }
            Form::Binary => {
                assert_eq!(head, 12, "a list of structs");
                self.i32() as usize
            }
        };
        (0..count).map(|_| self.structure()).collect()
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = match self.form {
            Form::Compact => self.varint() as usize,
            Form::Binary => self.i32() as usize,
        };
        let (bytes, rest) = self.rest.split_at(length);
        self.rest = rest;
        bytes.to_vec()
    }

    fn i32(&mut self) -> i32 {
        match self.form {
            Form::Compact => unzigzag(self.varint()) as i32,
            Form::Binary => i32::from_be_bytes(self.array()),
        }
    }

    fn varint(&mut self) -> u64 {
        let mut value = 0;
        for shift in (0..).step_by(7) {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        value
    }

    fn byte(&mut self) -> u8 {
        self.array::<1>()[0]
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let (array, rest) = self.rest.split_first_chunk().expect("more bytes");
        self.rest = rest;
        *array
    }
}

// === impl Output ===

impl Output {
    fn structure(&mut self, structure: &Struct) {
        let mut last = 0;
        for (id, value) in &structure.0 {
            let kind = self.kind(value);
            match (self.form, id - last) {
                (Form::Binary, _) => {
                    self.bytes.push(kind);
                    self.bytes.extend(id.to_be_bytes());
                }
                (Form::Compact, delta @ 1..=15) => self.bytes.push((delta as u8) << 4 | kind),
                (Form::Compact, _) => {
                    self.bytes.push(kind);
                    self.varint(zigzag(i64::from(*id)));
                }
            }
            self.value(value);
            last = *id;
        }
        self.bytes.push(0);
    }

    fn kind(&self, value: &Value) -> u8 {
        let (compact, binary) = match value {
            Value::Bool(true) => (1, 2),
            Value::Bool(false) => (2, 2),
            Value::I32(_) => (5, 8),
            Value::I64(_) => (6, 10),
            Value::Double(_) => (7, 4),
            Value::Bytes(_) => (8, 11),
            Value::Struct(_) => (12, 12),
            Value::List(_) => (9, 15),
        };
        if self.form == Form::Compact { compact } else { binary }
    }

    fn value(&mut self, value: &Value) {
        match (self.form, value) {
            (Form::Compact, Value::Bool(_)) => {}
            (Form::Binary, Value::Bool(truth)) => self.bytes.push(u8::from(*truth)),
            (_, Value::I32(number)) => self.i32(*number),
            (Form::Compact, Value::I64(number)) => self.varint(zigzag(*number)),
            (Form::Binary, Value::I64(number)) => self.bytes.extend(number.to_be_bytes()),
            (Form::Compact, Value::Double(bits)) => self.bytes.extend(bits.to_le_bytes()),
            (Form::Binary, Value::Double(bits)) => self.bytes.extend(bits.to_be_bytes()),
            (_, Value::Bytes(bytes)) => self.put_bytes(bytes),
            (_, Value::Struct(structure)) => self.structure(structure),
            (_, Value::List(elements)) => {
                self.list_head(elements.len());
                elements.iter().for_each(|element| self.structure(element));
            }
        }
    }

    fn list_head(&mut self, count: usize) {
        match self.form {
            Form::Compact if count < 15 => self.bytes.push((count as u8) << 4 | 12),
            Form::Compact => {
                self.bytes.push(0xf0 | 12);
                self.varint(count as u64);
            }
            Form::Binary => {
                self.bytes.push(12);
                self.i32(count as i32);
            }
        }
    }

    fn put_bytes(&mut self, bytes: &[u8]) {
        match self.form {
            Form::Compact => self.varint(bytes.len() as u64),
            Form::Binary => self.i32(bytes.len() as i32),
        }
        self.bytes.extend(bytes);
    }

    fn i32(&mut self, value: i32) {
        match self.form {
            Form::Compact => self.varint(zigzag(i64::from(value))),
            Form::Binary => self.bytes.extend(value.to_be_bytes()),
        }
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}
